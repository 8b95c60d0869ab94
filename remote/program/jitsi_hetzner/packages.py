"""Packages of Debian that a verb needs on hosts that are older than this program."""

from .failure import Failure
from .host import Host

INSTALLER = "/usr/local/sbin/jitsi-hetzner-install"
SECONDS = 900


def ensure_packages(host: Host, *names: str) -> None:
    """Nothing where they are installed."""
    listed = host.commands.run("dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *names, seconds=20)
    found = {line.split()[0] for line in listed.output.splitlines() if line.endswith(" installed")}
    missing = [name for name in names if name not in found]
    if not missing:
        return
    host.info(f"installing {' '.join(missing)}")
    ran = host.commands.run(INSTALLER, "packages", *missing, seconds=SECONDS)
    if ran.code != 0:
        host.messages.raw("\n".join([*ran.errors.splitlines()[-10:], ""]))
        raise Failure(f"{' '.join(missing)} cannot be installed", "repair what the lines above show, then: pulumi up")
