"""Brings finished recordings to their target. A copy on this host goes only when that at the target is proved right."""

from dataclasses import replace
from pathlib import Path

from .failure import Failure
from .host import Host
from .rclone import Target, TargetFailure, open_target
from .recorder_settings import LOCAL, RecorderSettings, TargetSettings
from .recordings import Recordings, bytes_of, files_of
from .target_problems import TargetProblem
from .upload_notes import UploadNotes

# Of a folder that is not whole yet, at a target where files grow before the eyes of readers.
PARTIAL = ".partial"
# A target that fails so often in one run is left alone until the next one.
FAILURES_IN_A_RUN = 3


class Uploader:
    """Of the recorder on this host."""

    def __init__(self, host: Host, settings: RecorderSettings) -> None:
        self._host = host
        self._settings = settings
        self._recordings = Recordings(host.paths.recordings)
        self._notes = UploadNotes(host.paths.uploads)

    def run(self, *, now: bool = False) -> int:
        """One attempt with each recording that is due; with `now`, with all. How many are left."""
        self._recordings.clean()
        if self._settings.recordings == LOCAL:
            self._remove_expired()
            return 0
        due = [one for one in self._recordings.finished() if now or self._is_due(one)]
        if due:
            self._upload_all(due)
        left = self._recordings.finished()
        self._notes.keep_only([one.name for one in left])
        return len(left)

    def _remove_expired(self) -> None:
        for folder in self._recordings.expired(self._settings.retention_days, self._now()):
            self._host.info(
                f"{folder.name} is older than {self._settings.retention_days} days (recordingRetentionDays): removed"
            )
            self._recordings.remove(folder)

    def _is_due(self, folder: Path) -> bool:
        leaving = not self._host.paths.recorder_serving.exists()
        return self._notes.read(folder.name).is_due(self._now(), leaving=leaving)

    def _upload_all(self, due: list[Path]) -> None:
        failures = 0
        for folder in due:
            try:
                with open_target(self._host, self._settings) as target:
                    self._upload(target, folder)
            except TargetFailure as failure:
                self._notes.failed(folder.name, failure.problem.problem, self._now())
                self._host.info(f"{folder.name} waits: {failure.problem.problem}. What to do: {failure.problem.repair}")
                failures += 1
                if failures >= FAILURES_IN_A_RUN:
                    return

    def _upload(self, target: Target, folder: Path) -> None:
        files = files_of(folder)
        if files:
            name = self._claim(target, folder)
            started, size = self._now(), bytes_of(folder)
            # What is there under the whole name was renamed by an attempt that was cut before it could remove its copy.
            path = name if target.is_s3 or target.exists(name) else f"{name}{PARTIAL}"
            target.copy(folder, path, size)
            self._verify(target, folder, path, files)
            if path != name:
                target.move(path, name)
            self._host.info(f"{name}: {size} bytes are at the target, verified ({self._now() - started:.0f} s)")
        self._recordings.remove(folder)

    def _now(self) -> float:
        """Seconds since 1970."""
        return self._host.clock.wall_clock_ns() / 1e9

    def _claim(self, target: Target, folder: Path) -> str:
        """A name that was free at the target. It is noted before anything is written there."""
        noted, digest = self._notes.read(folder.name), _digest(self._settings.target)
        if noted.name and noted.target == digest:
            return noted.name
        for number in range(1, 100):
            name = folder.name if number == 1 else f"{folder.name}+{number}"
            if not target.exists(name) and not target.exists(f"{name}{PARTIAL}"):
                self._notes.write(folder.name, replace(noted, name=name, target=digest))
                return name
        raise Failure(f"the target has a hundred recordings called {folder.name}", "rename them there")

    def _verify(self, target: Target, folder: Path, path: str, files: list[Path]) -> None:
        for file in files:
            at = f"{path}/{file.relative_to(folder)}"
            if not target.has(file, at):
                # Else the next attempt would find a file of the right size there.
                target.delete(at)
                raise TargetFailure(
                    TargetProblem(
                        f"{at} at the target had another content than {file} on this host, and was deleted there",
                        "it is tried again by itself; if it comes again, the target or the network damages files",
                    )
                )


def _digest(target: TargetSettings) -> str:
    """Of where it is, without passwords."""
    import hashlib

    place = (target.endpoint, target.bucket, target.host, target.port, target.user, target.path)
    return hashlib.sha256(repr(place).encode()).hexdigest()[:16]
