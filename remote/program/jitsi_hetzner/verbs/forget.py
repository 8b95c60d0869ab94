"""forget: a bridge is gone, and so is all that this host knows of it.

A drain that succeeds leaves nothing to forget. The verb is for a bridge that is removed from the web host, where the
next one has the same name, and for an entry that a skipped drain has left behind.
"""

from argparse import Namespace
from dataclasses import dataclass

from ..bridge import Bridge
from ..by_hand import bridge_argument, find_entry, has_bridge
from ..decode import Nickname
from ..failure import ExitCode
from ..host import Host
from ..recorder_registry import RecorderRegistry
from ..registry import Registry
from ..turn_peers import Peers
from ..verb import Verb


@dataclass(frozen=True)
class ForgetInput:
    """Which one."""

    nickname: Nickname


def by_hand(host: Host, arguments: Namespace) -> int:
    """On this host only: nothing is asked of the bridge or recorder."""
    bridge = _known(host, arguments.bridge)
    _forget(host, bridge.nickname)
    host.info(f"{bridge.name} ({bridge.nickname}) is forgotten here")
    return ExitCode.DONE


def _known(host: Host, name: str) -> Bridge:
    recorders = RecorderRegistry(host.paths)
    if any(name in (entry.bridge.name, entry.bridge.nickname) for entry in recorders.entries()):
        return find_entry(recorders, name, "recorder").bridge
    return find_entry(Registry(host.paths), name).bridge


def run(host: Host, given: ForgetInput, _arguments: Namespace) -> None:
    """As a step: also for a bridge that this host does not know."""
    _forget(host, given.nickname)


def _forget(host: Host, nickname: str) -> None:
    Registry(host.paths).forget(nickname)
    RecorderRegistry(host.paths).forget(nickname)
    Peers(host.paths).forget(nickname)


VERB = Verb(
    summary="removes what this host has noted of a bridge or recorder that is gone",
    description="Asks nothing of the bridge, and changes nothing on it. A recorder is named as a bridge is.",
    takes=ForgetInput,
    run=run,
    configure=bridge_argument,
    is_by_hand=has_bridge,
    by_hand=by_hand,
)
