"""Whether the program on this host is whole, and the one that a step was made with.

For each verb, `digests.json` beside the package has the CRC-32 of each file that the verb imports, and a digest of all
of them. The build writes it (remote/program/digests.ts). The archive is checked by its own digest when it is installed.
The CRC-32 finds what has happened to a file since; hashlib would take 4 MB of memory for the same.
"""

import json
from pathlib import Path
from zlib import crc32

from .failure import ExitCode, Failure

MANIFEST = "digests.json"
REPAIR = "npm run repair -- web; then: pulumi up"


def check_files(folder: Path, verb: str) -> str:
    """The digest of the verb's files. Fails where they are not those of the build."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())[verb]
        digest = str(manifest["digest"])
        for file, sum_of_build in manifest["files"].items():
            if crc32((folder / file).read_bytes()) != sum_of_build:
                raise _damaged(folder, f"{file} is not that of the build")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise _damaged(folder, f"{type(problem).__name__}: {problem}") from None
    return digest


def expect(digest: str, expected: str | None) -> None:
    """Before a verb acts. A step without a digest runs the program that is there, whatever made the step."""
    if expected is not None and digest != expected:
        raise Failure(
            f"the program on this host has the digest {digest[:12]}, and the step was made with {expected[:12]}. "
            "Nothing was done",
            REPAIR,
            ExitCode.MISFIT,
        )


def _damaged(folder: Path, problem: str) -> Failure:
    return Failure(f"the program in {folder} is damaged: {problem}. Nothing was done", REPAIR, ExitCode.MISFIT)
