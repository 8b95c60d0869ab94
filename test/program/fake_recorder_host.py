"""The host of a recorder, as the web host sees it: what its control port answers."""

import json
from collections.abc import Iterator
from typing import Any

from .fake_clock import Timeline


class FakeRecorderHost:
    """One recorder, idle and in service."""

    def __init__(self, index: int, time: Timeline) -> None:
        self.name = f"jibri-{index}"
        self.nickname = f"jibri-{200 + index}"
        self.address = f"10.80.1.{100 + index}"
        self._time = time
        self.is_silent = False
        # The program, and whether it is to run.
        self.running = True
        self.wanted = True
        self.records = False
        self.is_stuck = False
        self.healthy = True
        self.problem = ""
        self.watch_fault = ""
        self.disk_low = False
        self.uploads: list[str] = []
        self.upload_error = ""
        self.local_files: list[str] = []
        self.asked: list[str] = []

    def record(self, seconds: float, upload_seconds: float | None = None) -> None:
        """A recording ends after so many seconds. Its file is at its target after so many more."""
        self.records = True
        self._time.after(seconds, lambda: self._end(upload_seconds))

    def upload(self, seconds: float) -> None:
        """A file that is on its way."""
        self.uploads.append("file")
        self._time.after(seconds, self._end_upload)

    def _end_upload(self) -> None:
        self.uploads.pop()

    def answer(self, request: str) -> Iterator[str]:
        """The lines of an answer."""
        action, *names = request.split()
        if names not in ([], [self.nickname]):
            yield "exit 3"
            return
        if action != "status":
            self.asked.append(action)
        if action == "start":
            self.wanted = self.running = True
        if action == "shutdown":
            self.wanted = False
            self._maybe_end()
        if action == "status":
            yield json.dumps(self.status())
        yield "exit 0"

    def status(self) -> dict[str, Any]:
        """As jitsi-hetzner-recorder tells it."""
        return {
            "nickname": self.nickname,
            "version": "8.0-1",
            "running": self.running,
            "busy": "busy" if self.records else "idle" if self.running else "unknown",
            "healthy": self.running and self.healthy,
            "diskFreeBytes": 50_000_000_000,
            "diskLow": self.disk_low,
            "uploadsWaiting": len(self.uploads),
            "lastUploadError": self.upload_error,
            "localFiles": self.local_files,
            "problem": self.problem,
            "watchFault": self.watch_fault,
        }

    def presence(self) -> dict[str, Any] | None:
        """In jicofo's room; None where it is not there."""
        if not self.running:
            return None
        words = {"health_status": "healthy" if self.healthy else "unhealthy", "last_failed": "-1000000000-01-01T00:00Z"}
        return {**words, "busy_status": "busy" if self.records else "idle", "reports_available": not self.records}

    def _end(self, upload_seconds: float | None) -> None:
        self.records = False
        if upload_seconds is not None:
            self.upload(upload_seconds)
        self._maybe_end()

    def _maybe_end(self) -> None:
        if not self.wanted and not self.records and not self.is_stuck:
            self.running = False
