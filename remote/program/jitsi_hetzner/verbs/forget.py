"""forget: a bridge is gone, and so is all that this host knows of it.

A drain that succeeds leaves nothing to forget. The verb is for a bridge that is removed from the web host, where the
next one has the same name, and for an entry that a skipped drain has left behind.
"""

from argparse import Namespace
from dataclasses import dataclass

from ..bridge import Bridge
from ..by_hand import bridge_argument, for_known_bridge, has_bridge
from ..decode import Nickname
from ..host import Host
from ..recorder_registry import RecorderRegistry
from ..registry import Registry
from ..turn_peers import Peers
from ..verb import Verb


@dataclass(frozen=True)
class ForgetInput:
    """Which one."""

    nickname: Nickname


def forget(host: Host, bridge: Bridge) -> None:
    """On this host only: nothing is asked of the bridge."""
    _forget(host, bridge.nickname)
    host.info(f"{bridge.name} ({bridge.nickname}) is forgotten here")


def run(host: Host, given: ForgetInput, _arguments: Namespace) -> None:
    """As a step: also for a bridge that this host does not know."""
    _forget(host, given.nickname)


def _forget(host: Host, nickname: str) -> None:
    Registry(host.paths).forget(nickname)
    RecorderRegistry(host.paths).forget(nickname)
    Peers(host.paths).forget(nickname)


VERB = Verb(
    summary="removes what this host has noted of a bridge that is gone",
    description="Asks nothing of the bridge, and changes nothing on it.",
    takes=ForgetInput,
    run=run,
    configure=bridge_argument,
    is_by_hand=has_bridge,
    by_hand=for_known_bridge(forget),
)
