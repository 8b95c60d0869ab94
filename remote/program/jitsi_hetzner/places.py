"""Where things are on the web host. For one release the shell steps before this program use the same files."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Ports:
    """TCP ports. lib/constants.ts has the same ones for the firewalls."""

    bridge_rest: int = 8080
    # The host of a bridge obeys the web host there (jitsi-hetzner-start.socket).
    bridge_start: int = 8081
    jicofo_rest: int = 8888
    xmpp: int = 5222
    https: int = 443


@dataclass(frozen=True)
class Paths:
    """Files and folders."""

    # Written by the verb policy, read by drains.
    policy: Path = Path("/etc/jitsi-hetzner/policy.json")
    state: Path = Path("/var/lib/jitsi-hetzner")
    locks: Path = Path("/run/lock")
    prosody: Path = Path("/var/lib/prosody")
    # Only a web host has it.
    jicofo_settings: Path = Path("/etc/jitsi/jicofo")
    jicofo_log: Path = Path("/var/log/jitsi/jicofo.log")
    nginx_log: Path = Path("/var/log/nginx/error.log")
    proc: Path = Path("/proc")

    @property
    def registry(self) -> Path:
        """A file for each bridge, by its nickname: `NAME ADDRESS GOAL`."""
        return self.state / "bridges"

    @property
    def notes(self) -> Path:
        """By nickname: `HASH TURN`, with which settings the bridge came into service last, and in which turn."""
        return self.state / "running-settings.d"

    @property
    def watch_log(self) -> Path:
        """What jitsi-hetzner-watch has done."""
        return self.state / "watch.log"
