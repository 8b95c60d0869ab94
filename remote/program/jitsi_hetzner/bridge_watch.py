"""The watch on the hosts of bridges, as these tell it. Apart from timers.py, which recorders use too."""

from functools import partial

from .bridge import Bridge
from .bridge_host import BridgeHost
from .host import Host
from .http_client import HttpError
from .timers import DISABLED, STOPPED


def watch_faults(host: Host, bridges: tuple[Bridge, ...]) -> dict[str, str]:
    """By nickname, of the hosts of these bridges that tell of a fault. All at once: dead ones each take 10 s.

    An existing machine has no watch, and the web host's own bridge no host of its own.
    """
    asked = [one for one in bridges if not one.is_local and not one.is_forwarded]
    faults = host.parallel.threads([partial(_watch_fault, host, one) for one in asked])
    return {bridge.nickname: fault for bridge, fault in zip(asked, faults, strict=True) if fault}


def _watch_fault(host: Host, bridge: Bridge) -> str:
    """Nothing where the host does not answer, which others tell, or has a program that does not know the question."""
    try:
        told = BridgeHost(host, bridge).watch()
    except HttpError:
        return ""
    return told if told in (STOPPED, DISABLED) else ""
