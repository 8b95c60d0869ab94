"""jibri on this host: its state by its own word, and how it is started and ended. No call here ends a recording."""

import json
from dataclasses import dataclass
from enum import StrEnum

from .host import Host
from .http_client import HttpError

LOOPBACK = "127.0.0.1"
UNIT = "jibri.service"
# Its display and its window manager. Without the second one, the browser fills a part of the picture only.
DISPLAY_UNITS = ("jibri-xorg.service", "jibri-icewm.service")
# They keep the recorder as it is declared, and bring its recordings to their target (remote/jibri/files.sh).
TIMERS = ("jitsi-hetzner-keep.timer", "jitsi-hetzner-upload.timer")
STATE_PATH = "/jibri/api/v1.0/health"
INTERNAL_PATH = "/jibri/api/internal/v1.0"
SECONDS = 5
COMMAND_SECONDS = 30


class Busy(StrEnum):
    """As jibri reports it, in lower case."""

    IDLE = "idle"
    BUSY = "busy"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Health:
    """The answer of jibri."""

    busy: Busy
    healthy: bool
    # The parts that are not healthy, with what they say.
    detail: str = ""


class Jibri:
    """The jibri of this host."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def health(self) -> Health | None:
        """None where it does not answer."""
        try:
            text = self._host.http.request("GET", LOOPBACK, self._host.ports.jibri_rest, STATE_PATH, seconds=SECONDS)
            return _health_of(json.loads(text)["status"])
        except (HttpError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def reload(self) -> bool:
        """Has it end when it is idle, and start again with its settings. It takes an earlier `leave` back."""
        return self._post("notifyConfigChanged")

    def leave(self) -> bool:
        """Has it end when it is idle, and stay so."""
        return self._post("gracefulShutdown")

    def is_active(self) -> bool:
        """Whether systemd runs it, or is about to."""
        ran = self._systemctl("show", "-p", "ActiveState", "--value", UNIT)
        return ran in ("active", "activating", "deactivating", "reloading")

    def missing_display(self) -> str:
        """The unit of its display that does not run; empty if all do. jibri itself does not look."""
        return self._missing(DISPLAY_UNITS)

    def missing_timer(self) -> str:
        """The timer of its host that does not run; empty if all do."""
        return self._missing(TIMERS)

    def _missing(self, units: tuple[str, ...]) -> str:
        states = self._systemctl("is-active", *units).split()
        missing = [unit for unit, state in zip(units, states, strict=False) if state != "active"]
        return missing[0] if missing else ""

    def is_capturing(self) -> bool:
        """Whether an ffmpeg of jibri runs, which a recording or a stream is."""
        return self._host.commands.run("pgrep", "-u", "jibri", "-x", "ffmpeg", seconds=COMMAND_SECONDS).code == 0

    def start(self) -> None:
        """Without a wait. Nothing happens where a condition of its unit forbids it."""
        self._systemctl("reset-failed", UNIT)
        self._systemctl("start", "--no-block", UNIT)

    def kill(self) -> None:
        """For one that neither answers nor records: jibri's own way of ending needs an answer."""
        self._systemctl("stop", UNIT)

    def version(self) -> str:
        """Of its package. Empty where it is not installed."""
        ran = self._host.commands.run("dpkg-query", "-W", "-f", "${Version}", "jibri", seconds=COMMAND_SECONDS)
        return ran.output.strip() if ran.code == 0 else ""

    def _post(self, what: str) -> bool:
        try:
            self._host.http.request(
                "POST", LOOPBACK, self._host.ports.jibri_internal, f"{INTERNAL_PATH}/{what}", body="{}", seconds=SECONDS
            )
        except HttpError:
            return False
        return True

    def _systemctl(self, *words: str) -> str:
        return self._host.commands.run("systemctl", *words, seconds=COMMAND_SECONDS).output.strip()


def _health_of(status: dict[str, dict[str, object]]) -> Health:
    words = {busy.name: busy for busy in Busy}
    health = status["health"]
    details = health.get("details")
    parts = details.items() if isinstance(details, dict) else []
    wrong = [f"{name}: {part.get('detail') or part['healthStatus']}" for name, part in parts if _is_wrong(part)]
    return Health(
        words.get(str(status["busyStatus"]), Busy.UNKNOWN), health["healthStatus"] == "HEALTHY", "; ".join(wrong)
    )


def _is_wrong(part: object) -> bool:
    return isinstance(part, dict) and part.get("healthStatus") != "HEALTHY"
