"""The services of the web host: which have failed, which upgrades wait, and what the watch has done."""

import re
from dataclasses import dataclass

from .files import read_text
from .host import Host

UNITS = ("nginx", "prosody", "jicofo", "coturn")
# Those that unattended upgrades leave alone, because a restart of them ends meetings.
UPGRADE = re.compile(
    r"^Inst (prosody|coturn|nginx|nginx-[^ ]+|libnginx-mod-[^ ]+) \[([^]]+)\] \(([^ ]+) ", re.MULTILINE
)
REPLACED = re.compile(r" /usr/.* \(deleted\)$", re.MULTILINE)
WATCH_LINES = 10


@dataclass(frozen=True)
class Upgrade:
    """An upgrade that is never installed unasked."""

    package: str
    installed: str
    candidate: str


@dataclass(frozen=True)
class Health:
    """The web host's services."""

    # Units that systemd has given up.
    failed: tuple[str, ...]
    # By apt's lists of today.
    waiting: tuple[Upgrade, ...]
    # Units that run with a library or a program that an upgrade has replaced.
    outdated: tuple[str, ...]
    # What the watch has done last, the newest at the end: `TIME UNIT WHAT`.
    watch: tuple[str, ...]


def read_health(host: Host) -> Health:
    """Asks systemd, apt and the files of the host."""
    watch = (read_text(host.paths.watch_log) or "").splitlines()
    return Health(
        failed=tuple(unit for unit in UNITS if _has_failed(host, unit)),
        waiting=_waiting(host),
        outdated=tuple(unit for unit in UNITS if _is_outdated(host, unit)),
        watch=tuple(watch[-WATCH_LINES:]),
    )


def _has_failed(host: Host, unit: str) -> bool:
    return host.commands.run("systemctl", "is-failed", "--quiet", unit, seconds=5).code == 0


def _waiting(host: Host) -> tuple[Upgrade, ...]:
    words = ("apt-get", "-s", "-q", "-o", "Debug::NoLocking=true", "upgrade")
    plan = host.commands.run(*words, seconds=20).output
    return tuple(Upgrade(*found) for found in UPGRADE.findall(plan))


def _is_outdated(host: Host, unit: str) -> bool:
    words = ("systemctl", "show", "-p", "MainPID", "--value", unit)
    process = host.commands.run(*words, seconds=5).output.strip()
    if not re.fullmatch("[1-9][0-9]*", process):
        return False
    maps = read_text(host.paths.proc / process / "maps")
    return maps is not None and REPLACED.search(maps) is not None
