"""Timers of a host without which nobody ends what hangs, and nobody renews the certificate."""

from functools import partial

from .bridge import Bridge
from .bridge_host import BridgeHost
from .host import Host
from .http_client import HttpError

# On each host of the cluster at Hetzner (remote/host/system.sh).
WATCH = "jitsi-hetzner-watch.timer"
STOPPED, DISABLED = "stopped", "disabled"
SECONDS = 5


def timer_fault(host: Host, unit: str) -> str:
    """Of a timer of this host: `stopped`, `disabled` (it runs until the next boot), or nothing."""
    if host.commands.run("systemctl", "is-active", "--quiet", unit, seconds=SECONDS).code != 0:
        return STOPPED
    if host.commands.run("systemctl", "is-enabled", "--quiet", unit, seconds=SECONDS).code != 0:
        return DISABLED
    return ""


def watch_problem(place: str, fault: str, repair: str) -> str:
    """For an operator. Empty without a fault."""
    if not fault:
        return ""
    when = "" if fault == STOPPED else " after the next boot"
    return f"{WATCH} is {fault} on {place}, so nobody ends what hangs there{when}: npm run repair -- {repair}"


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
