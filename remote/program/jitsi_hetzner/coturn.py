"""coturn, the STUN and TURN server, with a configuration of this program."""

from .commands import Ran
from .failure import Failure
from .files import read_text, write_secret, write_text
from .host import Host
from .packages import ensure_packages
from .prosody import LOOPBACK
from .turn_input import RETRY, TurnServerInput
from .turn_peers import Peers, write_turn_secret
from .x509 import belongs_to, day, is_trusted, read_certificate

SECONDS = 30
PACKAGES = ("coturn", "libnginx-mod-stream")
GROUP_MODE = "0640"
# Relays take these ports, above those that Linux gives to connections. Nothing else on the host uses them, so the
# packet filter knows relayed packets by them (remote/hostFilter.ts).
LEAST_RELAY_PORT, GREATEST_RELAY_PORT = 61000, 65535
HEADER = "# Managed by pulumi: changes here are lost.\n"

UNIT = f"""{HEADER}# Not the package's configuration: it would let anyone relay anywhere.
[Service]
ExecStart=
ExecStart=/usr/bin/turnserver -c /etc/jitsi-hetzner/turnserver.conf --pidfile=
# Reads the certificate again, and keeps all connections.
ExecReload=/bin/kill -USR2 $MAINPID
Restart=always
RestartSec=2
LimitNOFILE=65000
"""


def settings_text(given: TurnServerInput) -> str:
    """coturn's configuration. Its secret and the bridges are in its database. Pure.

    A client comes over UDP 3478, over TLS 5349, or over TLS 443 through nginx, which is a client on loopback. All
    addresses are denied: only those in the database are relayed to.
    """
    return f"""{HEADER}listening-ip={given.ipv4}
listening-ip={given.ipv6}
listening-ip={LOOPBACK}
relay-ip={given.ipv4}
relay-ip={given.ipv6}
listening-port=3478
tls-listening-port=5349
min-port={LEAST_RELAY_PORT}
max-port={GREATEST_RELAY_PORT}
no-tcp
no-dtls
no-tlsv1
no-tlsv1_1
no-tcp-relay
no-multicast-peers
denied-peer-ip=0.0.0.0-255.255.255.255
denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
use-auth-secret
realm={given.domain}
userdb=/var/lib/turn/turndb
cert=/etc/jitsi-hetzner/turn/certificate.pem
pkey=/etc/jitsi-hetzner/turn/key.pem
no-cli
no-rfc5780
no-stun-backward-compatibility
response-origin-only-with-rfc5780
no-software-attribute
fingerprint
syslog
simple-log
"""


class Coturn:
    """On the web host."""

    def __init__(self, host: Host, given: TurnServerInput) -> None:
        self._host = host
        self._given = given
        self.certificate = host.paths.turn / "certificate.pem"
        self._key = host.paths.turn / "key.pem"
        self._settings = host.paths.turn_settings

    def install(self) -> None:
        """Without starting it: the package's own configuration would let anyone relay anywhere."""
        if not self.is_installed():
            self._run("systemctl", "mask", "--quiet", "--runtime", "coturn.service")
            try:
                ensure_packages(self._host, *PACKAGES)
            except Failure as failure:
                raise Failure(failure.problem, f"repair what the lines above show. {RETRY}", failure.code) from None
            self._run("systemctl", "unmask", "--quiet", "--runtime", "coturn.service")
        self._make_folder()

    def _make_folder(self) -> None:
        folder = self._host.paths.turn
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        self._must("chgrp", "turnserver", str(folder))

    def take_certificate(self) -> None:
        """That of the site is for turn.DOMAIN too. coturn cannot read the site's key. No-op before the install."""
        if not self._host.paths.turn.is_dir():
            if not self.is_installed():
                return
            # Somebody removed it.
            self._make_folder()
        for ending, path in (("crt", self.certificate), ("key", self._key)):
            text = read_text(self._host.paths.meet / f"{self._given.domain}.{ending}")
            if text is not None:
                write_secret(path, text)

    def certificate_problem(self) -> str | None:
        """What keeps browsers from trusting turn.DOMAIN, as the end of a sentence. None where they do."""
        name = self._given.name
        found = read_certificate(self._host.commands, self.certificate)
        if found is None:
            return f"there is no certificate for {name} yet"
        if not found.covers(name):
            return f"the certificate is not for {name}"
        if found.ends <= self._host.clock.wall_clock_ns() / 1e9:
            return f"the certificate has expired ({day(found.ends)})"
        authority = self._host.paths.acme_authority
        if not is_trusted(self._host.commands, self.certificate, name, authority if authority.exists() else None):
            return f"browsers do not trust the certificate of {name}"
        if not belongs_to(self._host.commands, self.certificate, self._key):
            return f"{self._key} is not the key of {self.certificate}"
        return None

    def run(self) -> None:
        """Runs with the settings and the certificate of now. Raises Failure where it does not."""
        write_turn_secret(self._host.paths.turn_database, self._given.domain, self._given.secret)
        Peers(self._host.paths).sync()
        is_new = write_text(self._settings, settings_text(self._given))
        unit = self._host.paths.units / "coturn.service.d" / "50-jitsi-hetzner.conf"
        if write_text(unit, UNIT):
            is_new = True
            self._must("systemctl", "daemon-reload")
        for path in (self.certificate, self._key):
            self._must("chgrp", "turnserver", str(path))
            self._must("chmod", GROUP_MODE, str(path))
        if not self.is_active():
            self._must("systemctl", "enable", "--quiet", "coturn")
            self._must("systemctl", "restart", "coturn")
            self._host.info("started coturn")
        elif is_new:
            # Rare: neither bridges, nor the secret, nor the certificate are in these files.
            self._must("systemctl", "restart", "coturn")
            self._host.info("restarted coturn, because its configuration changed: relayed participants connect again")
        elif not self.shows_certificate():
            self._must("systemctl", "reload", "coturn")
        if not self._host.wait_for(SECONDS, "coturn to show its certificate", self.shows_certificate):
            raise Failure(
                f"coturn does not show {self.certificate} on port {self._host.ports.turns}",
                f"on the web host: journalctl -u coturn -n 50. {RETRY}",
            )

    def shows_certificate(self, port: int | None = None) -> bool:
        """Whether this host shows it for turn.DOMAIN, by default on coturn's own port."""
        found = read_certificate(self._host.commands, self.certificate)
        shown = self._host.wire.shown_certificate(LOOPBACK, port or self._host.ports.turns, self._given.name)
        return found is not None and shown == found.fingerprint

    def is_active(self) -> bool:
        """Whether systemd runs it."""
        return self._run("systemctl", "is-active", "--quiet", "coturn").code == 0

    def stop(self) -> bool:
        """Not while participants are relayed: it would cut them. Whether it is off."""
        self._run("systemctl", "disable", "--quiet", "coturn")
        if not self.is_active():
            return True
        if relays(self._host) > 0:
            return False
        self._must("systemctl", "stop", "coturn")
        self._host.info("stopped coturn")
        return True

    def is_installed(self) -> bool:
        """Whether the packages are there."""
        return read_text(self._host.paths.coturn_unit) is not None and self._host.paths.nginx_stream.exists()

    def _run(self, *words: str) -> Ran:
        return self._host.commands.run(*words, seconds=SECONDS)

    def _must(self, *words: str) -> None:
        ran = self._run(*words)
        if ran.code != 0:
            raise Failure(
                f"`{' '.join(words)}` failed: {(ran.errors or ran.output).strip()}",
                f"on the web host: journalctl -u coturn -n 50. {RETRY}",
            )


def relays(host: Host) -> int:
    """How many relays participants have now: each is a UDP socket of a port that only coturn uses."""
    listed = host.commands.run("ss", "-Huan", f"sport >= :{LEAST_RELAY_PORT}", seconds=SECONDS)
    return len(listed.output.splitlines())
