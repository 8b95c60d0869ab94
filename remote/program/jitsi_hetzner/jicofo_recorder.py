"""A recorder in jicofo's list."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class JicofoRecorder:
    """A recorder in jicofo's list."""

    nickname: str
    # What the recorder says of itself.
    healthy: bool
    busy: bool
    # Whether jicofo would choose it for a recording.
    available: bool


def recorders_in(debug: dict[str, Any]) -> list[JicofoRecorder] | None:
    """All in the answer of /debug. None where jicofo has no room of recorders."""
    found = debug.get("jibri_detector")
    if not isinstance(found, dict):
        return None
    return [_recorder_of(name, facts) for name, facts in found.items() if isinstance(facts, dict)]


def _recorder_of(nickname: str, facts: dict[str, Any]) -> JicofoRecorder:
    return JicofoRecorder(
        nickname=nickname,
        healthy=str(facts.get("health_status", "")).upper() == "HEALTHY",
        busy=str(facts.get("busy_status", "")).upper() == "BUSY",
        available=facts.get("reports_available") is True,
    )
