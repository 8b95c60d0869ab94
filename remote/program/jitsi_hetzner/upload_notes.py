"""What a recorder's host remembers of its uploads: a file for each recording that was tried."""

import time
from dataclasses import dataclass, replace
from pathlib import Path

from .decode import decode, encode
from .failure import Failure
from .files import read_text, remove, write_text

FIRST_PAUSE_SECONDS = 60
LONGEST_PAUSE_SECONDS = 3600
# While the recorder leaves the cluster, `pulumi up` waits.
LEAVING_PAUSE_SECONDS = 60


@dataclass(frozen=True)
class UploadNote:
    """Of one recording. Times are seconds since 1970."""

    # Its folder at the target. It was free when this was noted, so what is there now is of this recording.
    name: str = ""
    # Which target that is, by a digest of its settings.
    target: str = ""
    attempts: int = 0
    last_attempt: int = 0
    error: str = ""

    def is_due(self, now: float, *, leaving: bool) -> bool:
        """Whether it is tried now: after one minute, two, four, up to an hour, for as long as it takes."""
        pause = min(FIRST_PAUSE_SECONDS * 2 ** min(max(self.attempts - 1, 0), 10), LONGEST_PAUSE_SECONDS)
        if leaving:
            pause = min(pause, LEAVING_PAUSE_SECONDS)
        # A clock that was set back must not keep a recording for long.
        return self.attempts == 0 or not 0 <= now - self.last_attempt < pause


class UploadNotes:
    """In one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, recording: str) -> UploadNote:
        """An empty one for a recording that was not tried, or whose note is damaged."""
        text = read_text(self._folder / recording)
        if text is None:
            return UploadNote()
        try:
            return decode(text, UploadNote)
        except Failure:
            return UploadNote()

    def write(self, recording: str, note: UploadNote) -> None:
        """Whole or not at all."""
        write_text(self._folder / recording, encode(note))

    def keep_only(self, recordings: list[str]) -> None:
        """Notes of others are of recordings that are safe, or were discarded."""
        if self._folder.is_dir():
            for path in self._folder.iterdir():
                if path.name not in recordings:
                    remove(path)

    def failed(self, recording: str, error: str, now: float) -> None:
        """Another attempt that did not succeed."""
        note = self.read(recording)
        self.write(recording, replace(note, attempts=note.attempts + 1, last_attempt=int(now), error=error))

    def last_error(self, recordings: list[str]) -> str:
        """The newest one of these recordings, with its time. Empty for none."""
        notes = {name: self.read(name) for name in recordings}
        failed = [(note.last_attempt, name, note.error) for name, note in notes.items() if note.error]
        if not failed:
            return ""
        at, name, error = max(failed)
        return f"{time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(at))} UTC, {name}: {error}"
