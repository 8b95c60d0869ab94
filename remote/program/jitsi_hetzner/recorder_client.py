"""The control port of a recorder's host (jitsi-hetzner-recorder)."""

import json
from typing import Any

from .host import Host
from .http_client import DEFAULT_SECONDS, HttpError
from .recorder import Recorder
from .recorder_answer import RecorderStatus

SECONDS = 4 * DEFAULT_SECONDS
END = "exit "
# The host has another nickname: see RecorderClient.
ANOTHER = "3"


class RecorderClient:
    """One recorder. What fails raises HttpError, with the reason.

    Hetzner gives private addresses out again. Each request that changes something names the recorder, and a host of
    another one refuses it.
    """

    def __init__(self, host: Host, recorder: Recorder) -> None:
        self._host = host
        self.recorder = recorder

    @property
    def place(self) -> str:
        """For messages."""
        return f"{self.recorder.address}:{self._host.ports.recorder_control}"

    def status(self) -> RecorderStatus:
        """What it tells now."""
        lines = self._ask("status")
        try:
            told = json.loads(lines[0]) if lines else None
        except ValueError:
            told = None
        if not isinstance(told, dict):
            raise HttpError(f"the answer on {self.place} is not the status of a recorder")
        found = _status_of(told)
        if found.nickname != self.recorder.nickname:
            raise HttpError(f"{self.place} belongs to another recorder now: {found.nickname or 'one without a name'}")
        return found

    def start(self) -> None:
        """It is to be in service, also where a shutdown has begun."""
        self._ask(f"start {self.recorder.nickname}")

    def shut_down(self) -> None:
        """jibri's own graceful shutdown: it records to the end, takes nothing new, and stays down."""
        self._ask(f"shutdown {self.recorder.nickname}")

    def _ask(self, request: str) -> list[str]:
        port = self._host.ports.recorder_control
        lines = list(self._host.lines(self.recorder.address, port, request, SECONDS))
        if not lines or not lines[-1].startswith(END):
            raise HttpError(f"{request.split()[0]}: the connection on {self.place} was closed")
        code = lines[-1].removeprefix(END)
        if code == ANOTHER:
            raise HttpError(f"{self.place} belongs to another recorder now")
        if code != "0":
            words = " ".join(lines[:-1])[:200]
            raise HttpError(f"{request.split()[0]} ended on {self.place} with code {code}: {words}")
        return lines[:-1]


def _status_of(told: dict[str, Any]) -> RecorderStatus:
    files = told.get("localFiles")
    return RecorderStatus(
        nickname=str(told.get("nickname", "")),
        version=str(told.get("version", "unknown")),
        running=told.get("running") is True,
        busy=str(told.get("busy", "unknown")),
        healthy=told.get("healthy") is True,
        disk_free_bytes=_number(told.get("diskFreeBytes")),
        disk_low=told.get("diskLow") is True,
        uploads_waiting=_number(told.get("uploadsWaiting")),
        last_upload_error=str(told.get("lastUploadError") or ""),
        local_files=tuple(str(file) for file in files) if isinstance(files, list) else (),
        problem=str(told.get("problem") or ""),
        # An older program does not tell.
        watch_fault=str(told.get("watchFault") or ""),
    )


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
