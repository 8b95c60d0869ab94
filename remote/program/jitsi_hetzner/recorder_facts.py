"""What the web host knows of the recorders, and what they tell themselves. Changes nothing."""

from dataclasses import dataclass
from functools import partial

from .bridge import Goal
from .host import Host
from .http_client import HttpError
from .jicofo import Jicofo
from .jicofo_recorder import JicofoRecorder
from .recorder import Recorder
from .recorder_answer import RecorderStatus
from .recorder_client import RecorderClient
from .recorder_registry import RecorderRegistry
from .recorder_service import problem_of
from .registry import Entry


@dataclass(frozen=True)
class RecorderFacts:
    """A recorder of the registry, or one in jicofo's room that is in no registry."""

    # null for one that is not of this cluster.
    name: str | None
    nickname: str
    # What it was last told: serving, drained, leaving. Empty for one that is not of this cluster.
    goal: str
    # Whether jicofo lists it; null where jicofo does not answer.
    listed: bool | None
    # Its own word: idle, busy, expired or unknown.
    busy: str
    # null where its host does not answer.
    version: str | None
    disk_free_bytes: int | None
    # Whether it is out of service for want of disk. It comes back by itself.
    disk_low: bool
    # Recordings that are not at their target yet; null where its host does not answer.
    uploads_waiting: int | None
    # Of the last upload that failed. Empty where the last one succeeded.
    last_error: str
    # Recordings that the host keeps, because it is itself their target.
    local_files: int
    # What keeps it from its work. Empty where nothing does.
    problem: str
    # Of the timer of its host's watch: stopped, disabled (it runs until the next boot), or empty.
    watch_fault: str


def read_recorder_facts(host: Host) -> tuple[RecorderFacts, ...]:
    """All at once: dead ones each take 20 s."""
    entries = [entry for entry in RecorderRegistry(host.paths).entries() if entry.goal is not Goal.LEFT]
    try:
        listed = Jicofo(host).recorders() or []
    except HttpError:
        listed = None
    found = host.parallel.threads([partial(_facts, host, entry, listed) for entry in entries])
    known = {entry.bridge.nickname for entry in entries}
    strangers = [one for one in listed or [] if one.nickname not in known]
    return (*found, *[_stranger(one) for one in strangers])


def _facts(host: Host, entry: Entry, listed: list[JicofoRecorder] | None) -> RecorderFacts:
    bridge = entry.bridge
    recorder = Recorder(bridge.name, bridge.nickname, bridge.address)
    status: RecorderStatus | None = None
    problem = ""
    try:
        status = RecorderClient(host, recorder).status()
    except HttpError as silence:
        problem = f"its host does not answer ({silence})"
    if status is not None and entry.goal is Goal.SERVING:
        problem = problem_of(status)
    return RecorderFacts(
        name=recorder.name,
        nickname=recorder.nickname,
        goal=entry.goal.value,
        listed=None if listed is None else any(one.nickname == recorder.nickname for one in listed),
        busy="unknown" if status is None else status.busy,
        version=None if status is None else status.version,
        disk_free_bytes=None if status is None else status.disk_free_bytes,
        disk_low=status is not None and status.disk_low,
        uploads_waiting=None if status is None else status.uploads_waiting,
        last_error="" if status is None else status.last_upload_error,
        local_files=0 if status is None else len(status.local_files),
        problem=problem,
        watch_fault="" if status is None else status.watch_fault,
    )


def _stranger(seen: JicofoRecorder) -> RecorderFacts:
    return RecorderFacts(
        name=None,
        nickname=seen.nickname,
        goal="",
        listed=True,
        busy="busy" if seen.busy else "idle",
        version=None,
        disk_free_bytes=None,
        disk_low=False,
        uploads_waiting=None,
        last_error="",
        local_files=0,
        problem="",
        watch_fault="",
    )
