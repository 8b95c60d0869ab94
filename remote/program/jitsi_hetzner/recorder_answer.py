"""The answer to `status` at a recorder's control port: the host writes it, the web host reads it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RecorderStatus:
    """One line of JSON. The web host and `npm run status` read it."""

    nickname: str
    # Of the package jibri.
    version: str
    # Whether the program answers.
    running: bool
    # idle, busy, expired (it records nothing any more, and restarts) or unknown.
    busy: str
    healthy: bool
    # Of the disk with the recordings.
    disk_free_bytes: int
    # Whether it records nothing because the disk is nearly full.
    disk_low: bool
    # Recordings that are not at their target yet.
    uploads_waiting: int
    # Empty where the last one succeeded.
    last_upload_error: str
    # Recordings on the host, where it is itself the target.
    local_files: tuple[str, ...]
    # What keeps it from its work. Empty where nothing does.
    problem: str
    # Of the timer of its host's watch: stopped, disabled (it runs until the next boot), or empty.
    watch_fault: str

    @property
    def is_idle(self) -> bool:
        """Whether it records nothing now."""
        return not self.running or self.busy in ("idle", "expired")
