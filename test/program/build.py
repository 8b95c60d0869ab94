"""The program as the build makes it (remote/program.ts), found by Python's own parser."""

import ast
import hashlib
import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

from jitsi_hetzner.cli import VERBS
from jitsi_hetzner.manifest import MANIFEST

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "remote/program"
PACKAGE = "jitsi_hetzner"
# In memory: the program waits for the disk at each goal that it writes.
MEMORY = Path("/dev/shm")


def temporary() -> tempfile.TemporaryDirectory[str]:
    """A folder that is gone with its owner."""
    return tempfile.TemporaryDirectory(prefix="jitsi-hetzner-", dir=MEMORY if MEMORY.is_dir() else None)


_folder = temporary()


@cache
def installed_program() -> Path:
    """A folder with the package and its digests."""
    folder = Path(_folder.name)
    (folder / PACKAGE).symlink_to(SOURCE / PACKAGE)
    (folder / MANIFEST).write_text(json.dumps(digests(SOURCE)))
    return folder


def digests(folder: Path) -> dict[str, Any]:
    """For each verb in Python its files, each with its CRC-32, and a digest of their names and texts."""
    made = {}
    for verb in VERBS:
        files = files_of(folder, verb)
        texts = "".join(f"{file}\0{(folder / file).read_text()}\0" for file in files)
        made[verb] = {
            "digest": hashlib.sha256(texts.encode()).hexdigest()[:16],
            "files": {file: crc32((folder / file).read_bytes()) for file in files},
        }
    return made


def files_of(folder: Path, verb: str) -> list[str]:
    """All that the verb and the program's start import, wherever the import stands."""
    found: set[Path] = set()
    waiting = [Path(PACKAGE, "main.py"), Path(PACKAGE, "verbs", f"{verb.replace('-', '_')}.py")]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting.extend(_imports(folder, file))
    return sorted(map(str, found))


def _imports(folder: Path, file: Path) -> set[Path]:
    found = set()
    for node in ast.walk(ast.parse((folder / file).read_text())):
        if isinstance(node, ast.Import) and any(name.name.startswith(PACKAGE) for name in node.names):
            raise AssertionError(f"{file} imports the package by its name")
        if not isinstance(node, ast.ImportFrom) or node.level == 0:
            continue
        base = file.parents[node.level - 1]
        modules = [node.module] if node.module else [name.name for name in node.names]
        found |= {base / f"{module.replace('.', '/')}.py" for module in modules}
    return found
