"""The recordings on a recorder's disk."""

import os
import time
from pathlib import Path

from .failure import Failure

# What a recorder needs to go into service: the system's share, for logs and upgrades, and an hour of a recording.
# jibri encodes 1080p at 30 frames with x264 (ultrafast, CRF 25). An hour of ffmpeg's moving test picture (testsrc2)
# takes 6.3 GB that way (13.9 Mbit/s, measured), which is more than a meeting.
SYSTEM_BYTES = 2_000_000_000
HOUR_BYTES = 6_300_000_000
RESERVE_BYTES = SYSTEM_BYTES + HOUR_BYTES
# A recorder comes back with so much more than the reserve, so that it does not go in and out.
COME_BACK_BYTES = RESERVE_BYTES + 500_000_000
# A folder that jibri has left behind is older, without a change. jibri writes a recording all the time.
LEFT_BEHIND_SECONDS = 60
DAY = 86_400
# A recording that is being removed.
REMOVED = ".removed-"


class Recordings:
    """Below one folder."""

    def __init__(self, folder: Path) -> None:
        self._current = folder / "current"
        self._finished = folder / "finished"
        self._folder = folder

    def finished(self) -> list[Path]:
        """The folders of finished recordings, the oldest first."""
        return [one for one in _folders(self._finished) if not one.name.startswith(".")]

    def current(self) -> list[Path]:
        """The folders that jibri has not handed over: of the recording that runs, or left behind."""
        return _folders(self._current)

    def files(self) -> list[str]:
        """Of all recordings on this host, below the folder of recordings."""
        folders = [*self.finished(), *self.current()]
        return [str(file.relative_to(self._folder)) for folder in folders for file in files_of(folder)]

    def adopt(self, now: float) -> list[str]:
        """Hands over what jibri has left behind, as after a crash or a reboot. Only while it records nothing.

        `now`: seconds since 1970.

        The names of what was handed over.
        """
        adopted = []
        for folder in self.current():
            if now - _last_change(folder) < LEFT_BEHIND_SECONDS:
                continue
            if not files_of(folder):
                _remove_tree(folder)
                continue
            stamp = time.strftime("%Y-%m-%d-%H%M%S", time.gmtime(_last_change(folder)))
            adopted.append(self._hand_over(folder, f"{stamp}_{folder.name}").name)
        return adopted

    def free_bytes(self) -> int:
        """Of the disk, for others than root."""
        try:
            disk = os.statvfs(self._folder)
        except OSError as problem:
            raise Failure(f"{self._folder} cannot be read: {problem.strerror}", "pulumi up") from None
        return disk.f_bavail * disk.f_frsize

    def remove(self, folder: Path) -> None:
        """It vanishes from `finished` at once, so that one that was removed half way counts no more."""
        gone = folder.with_name(f"{REMOVED}{folder.name}")
        folder.rename(gone)
        _remove_tree(gone)

    def clean(self) -> None:
        """Removals that a reboot has cut."""
        for one in _folders(self._finished):
            if one.name.startswith(REMOVED):
                _remove_tree(one)

    def expired(self, days: int, now: float) -> list[Path]:
        """Finished recordings without a change for so many days. None for 0 days."""
        if days == 0:
            return []
        return [one for one in self.finished() if now - _last_change(one) > days * DAY]

    def _hand_over(self, folder: Path, name: str) -> Path:
        for number in range(1, 100):
            target = self._finished / (name if number == 1 else f"{name}+{number}")
            try:
                target.mkdir()
            except FileExistsError:
                continue
            # Replaces the empty folder, which keeps the name for this recording.
            folder.rename(target)
            return target
        raise Failure(f"{self._finished} has too many recordings called {name}", f"ls {self._finished}")


def files_of(folder: Path) -> list[Path]:
    """All files of a recording, in order."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def bytes_of(folder: Path) -> int:
    """Of all its files."""
    return sum(file.stat().st_size for file in files_of(folder))


def _folders(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir() and not path.is_symlink())
    except FileNotFoundError:
        return []


def _last_change(folder: Path) -> float:
    return max(path.stat().st_mtime for path in [folder, *files_of(folder)])


def _remove_tree(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder)
