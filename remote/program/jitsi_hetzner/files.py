"""Files that are there whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path

from .failure import Failure

FILE_MODE = 0o644
SECRET_MODE = 0o600
FOLDER_MODE = 0o755


def read_text(path: Path) -> str | None:
    """None where there is no such file."""
    try:
        return path.read_text(errors="replace")
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise Failure(f"cannot read {path}: {problem.strerror}", f"ls -l {path}; then: pulumi up") from None


def write_text(path: Path, content: str, mode: int = FILE_MODE) -> bool:
    """Whole or not at all, also where the host loses its power. Whether the content has changed."""
    if read_text(path) == content:
        return False
    # Files of the registry whose name has a dot are being written, and count for nothing.
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "w", encoding="utf8") as file:
            os.fchmod(descriptor, mode)
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        unfinished.replace(path)
    except OSError as problem:
        with suppress(OSError):
            unfinished.unlink()
        raise Failure(f"cannot write {path}: {problem.strerror}", "is the disk full? df -h; then: pulumi up") from None
    return True


def remove(path: Path) -> None:
    """Also where it is gone already."""
    path.unlink(missing_ok=True)


def last_lines(path: Path, count: int = 20) -> str:
    """The end of a log, marked as such. A line that comes again and again is shown once."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(size - 256 * 1024, 0))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError as problem:
        lines = [f"({(problem.strerror or 'cannot be read').lower()})"]
    different = [line for line, before in zip(lines, [None, *lines], strict=False) if line != before]
    shown = "".join(f"{line}\n" for line in different[-count:])
    return f"--- last lines of {path}\n{shown}---\n"


def write_secret(path: Path, content: str) -> bool:
    """Like write_text, readable by root alone from its first byte on."""
    return write_text(path, content, SECRET_MODE)
