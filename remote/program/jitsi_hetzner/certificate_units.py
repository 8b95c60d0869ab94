"""What runs the verb certificate again: a timer, and certbot's own hook."""

from .files import write_text
from .host import Host

SECONDS = 30
HEADER = "# Managed by pulumi: changes here are lost.\n"
NAME = "jitsi-hetzner-certificate"

SERVICE = f"""{HEADER}[Unit]
Description=Orders, renews and checks the certificate for browsers
After=network-online.target nginx.service
Wants=network-online.target

[Service]
Type=oneshot
ExecStart=/usr/local/sbin/jitsi-hetzner certificate --tend
TimeoutStartSec=1800
"""

# Six times an hour: records that are made now are found soon. It orders only what is due.
TIMER = f"""{HEADER}[Unit]
Description=Looks after the certificate for browsers

[Timer]
OnBootSec=2min
OnUnitInactiveSec=10min
RandomizedDelaySec=60

[Install]
WantedBy=timers.target
"""

# Debian's own timer of certbot, or an operator, may renew too. Not in the foreground: certbot holds its lock meanwhile.
HOOK = f"""#!/bin/sh
{HEADER}exec systemctl start --no-block {NAME}.service
"""


def write_units(host: Host, *, orders: bool) -> None:
    """`orders`: this host orders its certificate itself. One of the settings can end too, or be lost."""
    units = host.paths.units
    is_new = write_text(units / f"{NAME}.service", SERVICE)
    if write_text(units / f"{NAME}.timer", TIMER) or is_new:
        host.commands.run("systemctl", "daemon-reload", seconds=SECONDS)
    hook = host.paths.letsencrypt / "renewal-hooks" / "deploy" / "jitsi-hetzner"
    if orders:
        write_text(hook, HOOK, 0o755)
    host.commands.run("systemctl", "enable", "--quiet", "--now", f"{NAME}.timer", seconds=SECONDS)


def start_service(host: Host) -> None:
    """Does not wait for its end."""
    host.commands.run("systemctl", "start", "--no-block", f"{NAME}.service", seconds=SECONDS)


def rehearse_soon(host: Host) -> None:
    """Has the next renewal rehearsed, beside the caller. Rehearses nothing where this host orders no certificate."""
    if (host.paths.units / f"{NAME}.service").exists():
        write_text(host.paths.rehearsal_due, "")
        start_service(host)
