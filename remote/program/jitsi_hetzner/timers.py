"""Timers of a host without which nobody ends what hangs, and nobody renews the certificate."""

from .host import Host

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
