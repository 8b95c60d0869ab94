"""Verbs in shell. Their JSON is `{"version": 1, "values": {"NAME": "jvb-0"}}`.

Secret values can be packed, as base64 of gzip: `{"version": 1, "packed": "H4sI..."}`.

bash gets one text on stdin: the values as quoted assignments (not exported: no child process sees them), the libraries,
the script. The text is in memory only, because values may be secret. No message shows a value.
"""

import base64
import gzip
import json
import os
import re
import shlex
import signal
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from .decode import decode_object, refused
from .manifest import VerbFiles


def run(folder: Path, verb: str, files: VerbFiles, stdin: str, arguments: Sequence[str]) -> NoReturn:
    """In the place of this process, so that signals reach the script, and its exit code is the verb's."""
    values = {"STEP": verb, **_values(decode_object(stdin))}
    values |= {name: (folder / file).read_text(encoding="utf-8") for name, file in files.values.items()}
    assignments = [f"{name}={shlex.quote(value)}" for name, value in values.items()]
    scripts = [(folder / file).read_text(encoding="utf-8") for file in files.script]
    descriptor = os.memfd_create("jitsi-hetzner")
    with os.fdopen(os.dup(descriptor), "w", encoding="utf-8") as memory:
        memory.write("\n".join([*assignments, *scripts]))
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.dup2(descriptor, 0)
    os.close(descriptor)
    # Python ignores it, and what is ignored stays so in the programs that follow.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.execvp("bash", ["bash", "-s", "--", *arguments])


def _values(given: dict[str, Any]) -> dict[str, str]:
    values = _unpacked(given.pop("packed")) if "packed" in given else given.pop("values", None)
    if not isinstance(values, dict):
        raise refused("it has no object `values`")
    if given:
        raise refused(f"it has a field that no verb in shell has: {', '.join(sorted(given))}")
    for name, value in values.items():
        if not re.fullmatch("[A-Z][A-Z0-9_]*", name) or not isinstance(value, str) or "\0" in value:
            raise refused(f"values: {name}: an upper-case name with a text is needed")
    return values


def _unpacked(packed: object) -> object:
    try:
        return json.loads(gzip.decompress(base64.b64decode(str(packed), validate=True)))
    except (ValueError, EOFError, OSError, zlib.error):
        raise refused("`packed` is no object as base64 of gzip") from None
