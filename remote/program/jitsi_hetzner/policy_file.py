"""The file by which drains learn the new state. A drain is the delete of an old resource, and runs with old values."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .failure import Failure
from .files import read_text, write_text


@dataclass(frozen=True)
class DrainPolicy:
    """What a drain must know."""

    # How long a leaving bridge may keep its conferences. 0 cuts them off at once.
    timeout_seconds: float
    # Whether a bridge goes at the end of that time though participants are on it.
    is_forced: bool


def read_drain_policy(path: Path) -> DrainPolicy:
    """Read again in each round of a wait: a policy that is written meanwhile is obeyed."""
    policy = _read(path)
    seconds = policy.get("drainTimeoutSeconds")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
        raise Failure(f"{path} is missing or has no drainTimeoutSeconds", "pulumi up writes it")
    return DrainPolicy(seconds, policy.get("forceDrain") is True)


def read_recording_timeout(path: Path) -> float:
    """How many seconds a leaving recorder may need. Read again in each round of a wait."""
    seconds = _read(path).get("recordingDrainTimeoutSeconds")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
        raise Failure(f"{path} is missing or has no recordingDrainTimeoutSeconds", "pulumi up writes it")
    return seconds


def read_declared_recorders(path: Path) -> dict[str, bool]:
    """Of each declared recorder, by its nickname, whether it is to be out of service."""
    recorders = _read(path).get("recorders", [])
    return {str(recorder["nickname"]): recorder.get("draining") is True for recorder in recorders}


def read_declared(path: Path) -> dict[str, bool]:
    """Of each declared bridge, by its nickname, whether it is to be empty."""
    bridges = _read(path).get("bridges", [])
    return {str(bridge["nickname"]): bridge.get("draining") is True for bridge in bridges}


def write_policy(path: Path, policy: dict[str, Any]) -> bool:
    """Whether it is another one than before. The format is that of `jq -S`."""
    text = json.dumps(policy, indent=2, sort_keys=True, ensure_ascii=False)
    return write_text(path, f"{text}\n")


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(read_text(path) or "{}")
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {}
