"""rclone, and a target whose files are in a folder. It knows the commands that the program uses, and no others."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

from jitsi_hetzner.commands import Ran


class FakeRclone:
    """As rclone 1.60 answers."""

    def __init__(self, folder: Path) -> None:
        # The target.
        self.folder = folder
        folder.mkdir(parents=True)
        # What it prints where it fails, by the command; "" for all.
        self.errors: dict[str, str] = {}
        # Called after a copy, with the folder at the target.
        self.after_copy: Callable[[Path], None] = lambda at: None
        # Whether the server has checksums of its own, and a function that makes them wrong.
        self.has_md5 = True
        self.server_md5: Callable[[str], str] = lambda md5: md5
        self.ran: list[tuple[str, ...]] = []
        # The settings that it was given last.
        self.config = ""

    def run(self, words: tuple[str, ...]) -> Ran:
        command, rest = words[1], list(words[2:])
        if command == "obscure":
            return Ran(0, "obscured\n")
        at = rest.index("--config")
        self.config = Path(rest[at + 1]).read_text()
        rest = rest[:at]
        self.ran.append((command, *rest))
        if command in ("copy", "copyto") and not self.has_md5 and "--ignore-checksum" not in words:
            return Ran(1, errors='corrupted on transfer: md5 hash differ "0" vs ""\n')
        for key in (command, ""):
            if key in self.errors:
                return Ran(1, errors=f"2026/11/30 02:00:00 {self.errors[key]}\n")
        method: Callable[[list[str]], Ran] = getattr(self, f"_{command}")
        return method(rest)

    def _lsf(self, words: list[str]) -> Ran:
        at = self._at(words[-1])
        if not at.is_dir():
            return Ran(3, errors="directory not found\n")
        return Ran(0, "".join(f"{one.name}\n" for one in at.iterdir()))

    def _copy(self, words: list[str]) -> Ran:
        size_only, source, to = words[0], Path(words[1]), self._at(words[2])
        if size_only != "--size-only":
            raise AssertionError("times of servers count")
        for file in source.rglob("*"):
            target = to / file.relative_to(source)
            if file.is_file() and not (target.exists() and target.stat().st_size == file.stat().st_size):
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)
        self.after_copy(to)
        return Ran(0)

    def _hashsum(self, words: list[str]) -> Ran:
        path = self._at(words[-1])
        if "--download" not in words and not self.has_md5:
            return Ran(1, errors="hash unsupported: hash type not supported\n")
        if not path.is_file():
            return Ran(3, errors="object not found\n")
        md5 = hashlib.md5(path.read_bytes()).hexdigest()
        return Ran(0, f"{md5 if '--download' in words else self.server_md5(md5)}  {path.name}\n")

    def _move(self, words: list[str]) -> Ran:
        at, to = map(self._at, words)
        if to.exists():
            raise AssertionError(f"{to} would be replaced")
        at.rename(to)
        return Ran(0)

    def _deletefile(self, words: list[str]) -> Ran:
        self._at(words[0]).unlink()
        return Ran(0)

    def _copyto(self, words: list[str]) -> Ran:
        to = self._at(words[1])
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(words[0], to)
        return Ran(0)

    def _cat(self, words: list[str]) -> Ran:
        return Ran(0, self._at(words[0]).read_text())

    def _at(self, path: str) -> Path:
        return self.folder / path.removeprefix("target:").strip("/")
