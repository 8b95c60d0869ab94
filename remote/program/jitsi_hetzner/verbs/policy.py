"""policy: what the drain of a bridge must know of the new state, for it runs with the inputs of the old one.

And declared bridges are put right that a broken run left half way out.
"""

from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from ..bridge import Bridge, Goal
from ..declared import DeclaredBridge
from ..decode import IpAddress, Nickname, Number
from ..failure import Failure
from ..guard import guarded
from ..host import Host
from ..locks import Purpose
from ..policy_file import write_policy
from ..recorder import DeclaredRecorder
from ..recorder_registry import RecorderRegistry
from ..recorder_service import RecorderService
from ..registry import Registry
from ..service import Service
from ..turn_peers import Peers
from ..verb import Verb

LONGEST_DRAIN_SECONDS = 86400


@dataclass(frozen=True)
class BridgeMedia:
    """Where participants reach a bridge."""

    nickname: Nickname
    # Public ones, IPv4 and IPv6.
    addresses: tuple[IpAddress, ...]


@dataclass(frozen=True)
class PolicyInput:
    """The policy of all drains."""

    bridges: tuple[DeclaredBridge, ...]
    # Of the same bridges: where the TURN server relays to.
    media: tuple[BridgeMedia, ...]
    recorders: tuple[DeclaredRecorder, ...]
    # How long a leaving bridge may keep its conferences; at 0 they are cut off at once.
    drain_timeout_seconds: Annotated[int, Number(0, LONGEST_DRAIN_SECONDS)]
    # How long a leaving recorder may need for its recording and its files.
    recording_drain_timeout_seconds: Annotated[int, Number(0, LONGEST_DRAIN_SECONDS)]
    # Whether a bridge goes at the end of that time though participants are on it.
    force_drain: bool


def run(host: Host, given: PolicyInput, _arguments: Namespace) -> None:
    """As a step."""
    policy = {
        "bridges": [{"name": one.name, "nickname": one.nickname, "draining": one.draining} for one in given.bridges],
        "recorders": [
            {"name": one.name, "nickname": one.nickname, "draining": one.draining} for one in given.recorders
        ],
        "drainTimeoutSeconds": given.drain_timeout_seconds,
        "recordingDrainTimeoutSeconds": given.recording_drain_timeout_seconds,
        "forceDrain": given.force_drain,
    }
    if write_policy(host.paths.policy, policy):
        host.info(f"wrote {host.paths.policy}")
    # Before the bridges take participants.
    leaving = [entry.bridge.nickname for entry in Registry(host.paths).entries() if entry.goal is not Goal.LEFT]
    Peers(host.paths).declare({one.nickname: one.addresses for one in given.media}, leaving)
    workers = [
        worker
        for worker in (
            *[_worker(host, one) for one in given.bridges],
            *[_recorder_worker(host, one) for one in given.recorders],
        )
        if worker is not None
    ]
    # A process for each, for each has a lock of its own, and starting a bridge again takes a minute or more.
    failed = [code for code in host.parallel.processes(workers) if code != 0]
    if failed:
        raise Failure(
            "declared bridges and recorders that a broken run left out of service, and that "
            f"cannot be put back: {len(failed)}",
            "see the lines above; repair them or take them out of the declaration, then: pulumi up",
        )


def _worker(host: Host, declared: DeclaredBridge) -> Callable[[], int] | None:
    """Only for what is known to be otherwise.

    A bridge without an entry is new, and its own step comes; one that is out for a restart comes back by its own step.
    """
    wanted = Goal.DRAINED if declared.draining else Goal.SERVING
    entry = Registry(host.paths).entry(declared.nickname)
    if entry is None or entry.goal in (Goal.OUT, wanted):
        return None
    return guarded(host, lambda: _restore(host, entry.bridge, entry.goal, wanted))


def _restore(host: Host, bridge: Bridge, now: Goal, wanted: Goal) -> None:
    service = Service(host, bridge)
    # Its own step, in this same `up`, may be at work, or may have been.
    if not host.locks.take_over(bridge, Purpose.RESTORE, own=Purpose(wanted.value)):
        return
    if service.registry.goal_of(bridge) is wanted:
        return
    host.info(f"{bridge.name} was {now.value} and is declared: putting it right")
    if wanted is Goal.DRAINED:
        service.ensure_running()
        service.take_out_of_service(Goal.DRAINED)
    else:
        service.put_into_service()


def _recorder_worker(host: Host, declared: DeclaredRecorder) -> Callable[[], int] | None:
    """As for a bridge."""
    wanted = Goal.DRAINED if declared.draining else Goal.SERVING
    entry = RecorderRegistry(host.paths).entry(declared.nickname)
    if entry is None or entry.goal is wanted:
        return None
    return guarded(host, lambda: _restore_recorder(host, declared, entry.goal, wanted))


def _restore_recorder(host: Host, declared: DeclaredRecorder, now: Goal, wanted: Goal) -> None:
    service = RecorderService(host, declared.recorder)
    if not host.locks.take_over(declared.recorder, Purpose.RESTORE, own=Purpose(wanted.value)):
        return
    if service.registry.goal_of(declared.recorder) is wanted:
        return
    host.info(f"{declared.name} was {now.value} and is declared: putting it right")
    if wanted is Goal.DRAINED:
        service.take_out_of_service(Goal.DRAINED)
    else:
        service.put_into_service()


VERB = Verb(
    summary="writes what drains have to know, and puts declared bridges right",
    description="Bridges that a broken run left half way out, and that are declared, are put back.",
    takes=PolicyInput,
    run=run,
)
