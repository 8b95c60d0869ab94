"""What this program consists of, and whether it is whole and the one that a step was made with.

`verbs.json` beside the package has for each verb the CRC-32 of its files, and a digest of all of them. The build writes
it (remote/program.ts). The archive is checked by its own digest when it is installed. The CRC-32 finds what has
happened to a file since; hashlib would take 4 MB of memory for the same.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

from .failure import ExitCode, Failure
from .host import Host

MANIFEST = "verbs.json"


@dataclass(frozen=True)
class VerbFiles:
    """Of one verb. Paths are below the program's folder."""

    # The files of a verb in shell, in their order. Empty for one in Python.
    script: tuple[str, ...]
    # Its values that are files, by the variable.
    values: dict[str, str]


class Manifest:
    """Of the program in one folder."""

    def __init__(self, host: Host, folder: Path) -> None:
        self._host = host
        self._folder = folder

    def verbs(self) -> list[str]:
        """All of them, in shell and in Python."""
        return sorted(self._read())

    def check(self, verb: str, expected: str | None) -> VerbFiles:
        """Fails, before the verb acts, where its files are not those of the build, or have not the digest `expected`.

        A step that names none runs the program that is there, whatever made the step.
        """
        verbs = self._read()
        if verb not in verbs:
            raise self._misfit(f"it has no verb {verb!r} (jitsi-hetzner --help lists them)")
        try:
            digest = str(verbs[verb]["digest"])
            for file, sum_of_build in verbs[verb]["files"].items():
                if crc32((self._folder / file).read_bytes()) != sum_of_build:
                    raise self._damaged(f"{file} is not that of the build")
            found = VerbFiles(tuple(verbs[verb].get("script", ())), dict(verbs[verb].get("values", {})))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
            raise self._damaged(f"{type(problem).__name__}: {problem}") from None
        if expected is not None and digest != expected:
            raise self._misfit(f"its digest for this verb is {digest}, and the step was made with {expected}")
        return found

    def _read(self) -> dict[str, Any]:
        try:
            found = json.loads((self._folder / MANIFEST).read_text(encoding="utf-8"))
        except (OSError, ValueError) as problem:
            raise self._damaged(f"{MANIFEST}: {problem}") from None
        if not isinstance(found, dict) or not found:
            raise self._damaged(f"{MANIFEST} names no verb")
        return found

    def _damaged(self, problem: str) -> Failure:
        return self._misfit(f"it is damaged: {problem}")

    def _misfit(self, problem: str) -> Failure:
        return Failure(
            f"the program in {self._folder} does not fit: {problem}. Nothing was done",
            f"npm run repair -- {self._host.name}  (it installs the program anew, and runs the host's steps)",
            ExitCode.MISFIT,
        )
