"""A web host with a TURN server: its files, and what systemd, nginx, prosody and coturn make of them."""

import hashlib
import json
import re
import shutil
import sqlite3
import ssl
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

from jitsi_hetzner.cli import Program
from jitsi_hetzner.commands import Ran, SystemCommands
from jitsi_hetzner.host import Host
from jitsi_hetzner.http_client import HttpError
from jitsi_hetzner.messages import Messages
from jitsi_hetzner.places import Paths, Ports
from jitsi_hetzner.turn_facts import TurnFacts, read_turn_facts
from jitsi_hetzner.waits import Waits

from .build import installed_program, temporary
from .fake_clock import FakeClock
from .fake_cluster import Outcome
from .fake_host import FakeCommands, FakeLocks, OneAfterTheOther

DOMAIN = "meet.example.org"
NAME = f"turn.{DOMAIN}"
SECRET = "Secret0123456789abcdefghijklmnop"
SITE = """server {
    listen 80;
    listen [::]:80;
}
server {
    listen 443 ssl http2;
    listen [::]:443 ssl http2;
    server_name meet.example.org;
}
"""
SCHEMA = """CREATE TABLE turn_secret (realm varchar(127) default '', value varchar(256), primary key (realm,value));
CREATE TABLE allowed_peer_ip (realm varchar(127) default '', ip_range varchar(256), primary key (realm,ip_range));"""


_authority = temporary()


@cache
def authority() -> Path:
    """A folder with the key and the certificate of an issuer."""
    folder = Path(_authority.name)
    openssl(folder, "req", "-x509", "-days", "30", "-subj", "/CN=ca", "-keyout", "ca.key", "-out", "ca.pem")
    return folder


def openssl(folder: Path, *words: str) -> None:
    """In the folder."""
    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes") if words[0] == "req" else ()
    subprocess.run(["openssl", words[0], *new, *words[1:]], cwd=folder, check=True, capture_output=True)


def no_lines(address: str, port: int, request: str, seconds: float) -> Iterator[str]:
    raise AssertionError(f"nobody asks {address}:{port} for {request} within {seconds} s")


def make_database(path: Path) -> None:
    """As coturn's package makes it."""
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(SCHEMA)


def rows(path: Path, question: str) -> list[Any]:
    """What the database answers."""
    with closing(sqlite3.connect(path)) as database:
        return database.execute(question).fetchall()


def map_problem(text: str) -> str | None:
    """Why nginx refuses a map, as in ngx_hash_init.

    A name needs 8 bytes, itself with 2 more in steps of 8, and 8 at the end.
    """
    size = re.search(r"map_hash_bucket_size (\d+);", text)
    room = int(size[1]) if size else 64
    for name in re.findall(r"^ +(\S+) 127\.0\.0\.1:\d+;$", text, re.MULTILINE):
        if 8 + (len(name) + 2 + 7) // 8 * 8 + 8 > room:
            return f"could not build map_hash, you should increase map_hash_bucket_size: {room}"
    return None


class FakeTurn:
    """Close it at the end. nginx, prosody and coturn use what they read when they were reloaded or started."""

    def __init__(self) -> None:
        self._folder = temporary()
        root = Path(self._folder.name)
        self.root = root
        self.paths = Paths(
            policy=root / "policy.json",
            state=root / "lib",
            locks=root / "lock",
            acme_authority=root / "ca.pem",
            meet=root / "meet",
            nginx=root / "nginx",
            nginx_stream=root / "mod-stream.conf",
            turn=root / "turn",
            turn_server=root / "etc/turn-server.json",
            turn_settings=root / "etc/turnserver.conf",
            turn_database=root / "turndb",
            coturn_unit=root / "coturn.service",
            prosody_turn=root / "prosody",
            units=root / "units",
        )
        for folder in ("nginx/sites-available", "nginx/conf.d", "nginx/modules-enabled", "meet", "prosody"):
            (root / folder).mkdir(parents=True)
        self.site = root / f"nginx/sites-available/{DOMAIN}.conf"
        self.site.write_text(SITE)
        self.names_site = root / "nginx/conf.d/jitsi-hetzner-names.conf"
        self.stream = root / "nginx/modules-enabled/90-jitsi-hetzner-turn.conf"
        self.application = root / f"meet/{DOMAIN}-config.js"
        self.application.write_text("var config = { p2p: { enabled: true } };\n")
        self.offer = root / "prosody/turn.cfg.lua"
        self.clock = FakeClock()
        # What happened to services, in its order.
        self.events: list[str] = []
        self.relays = 0
        self.coturn_certificate: str | None = None
        self.nginx_refuses = False
        self.mirror_fails = False
        self.other_site = False
        self.shares_443 = False
        # Connections that its workers of before the reload still take.
        self.old_workers = 0
        self.known_offer = ""
        self.offered = ""
        # Servers that an operator entered into prosody's own file.
        self.own_servers = ""
        self.prosody_answers = True
        self.commands = FakeCommands()
        self.commands.answers |= {
            ("openssl",): lambda words: SystemCommands().run(*words, seconds=20),
            ("systemctl",): self._systemctl,
            ("nginx", "-t"): lambda _words: self._test_nginx(),
            ("ss",): self._ss,
            ("prosodyctl", "shell"): self._prosody,
            ("chgrp",): Ran(0),
            ("chmod",): Ran(0),
            ("dpkg-query",): Ran(1),
            ("/usr/local/sbin/jitsi-hetzner-install", "packages"): self._install,
            ("systemd-run",): lambda words: self._event(f"later {' '.join(words[-2:])}"),
        }
        for name in ("ca.key", "ca.pem"):
            shutil.copy(authority() / name, root)

    def close(self) -> None:
        self._folder.cleanup()

    # -- certificates

    def certificate(self, name: str = NAME, days: int = 30) -> None:
        """Puts one into the place where the verb certificate puts it."""
        self.paths.turn.mkdir(exist_ok=True)
        (self.root / "ext").write_text(f"subjectAltName=DNS:{DOMAIN},DNS:{name}\n")
        self._openssl("req", "-new", "-subj", f"/CN={DOMAIN}", "-keyout", "turn/key.pem", "-out", "request")
        self._openssl(
            "x509", "-req", "-in", "request", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-days", str(days), "-extfile", "ext", "-out", "turn/certificate.pem",
        )  # fmt: skip

    def fingerprint(self) -> str:
        """Of what stands in coturn's file."""
        text = (self.paths.turn / "certificate.pem").read_text()
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(text)).hexdigest()

    def _openssl(self, *words: str) -> None:
        openssl(self.root, *words)

    # -- services

    def _event(self, text: str) -> Ran:
        self.events.append(text)
        return Ran(0)

    def _install(self, words: Sequence[str]) -> Ran:
        if self.mirror_fails:
            return Ran(1, errors="no mirror answers\n")
        self.paths.coturn_unit.write_text("")
        self.paths.nginx_stream.write_text("")
        make_database(self.paths.turn_database)
        return self._event(f"install {' '.join(words[2:])}")

    def _systemctl(self, words: tuple[str, ...]) -> Ran:
        match words[1:]:
            case ("is-system-running",):
                return Ran(0, "running\n")
            case ("is-active", *_):
                return Ran(0 if self.coturn_certificate else 3)
            case ("daemon-reload" | "enable" | "disable", *_):
                return Ran(0)
            case ("restart" | "reload", "coturn"):
                self.coturn_certificate = self.fingerprint()
            case ("stop", "coturn"):
                self.coturn_certificate = None
            case ("reload", "nginx"):
                self._reload_nginx()
        return self._event(" ".join(word for word in words[1:] if not word.startswith("--")))

    def _test_nginx(self) -> Ran:
        problem = "bad" if self.nginx_refuses else None
        if self.stream.exists():
            problem = problem or map_problem(self.stream.read_text())
        return Ran(1, errors=f"nginx: [emerg] {problem}\n") if problem else Ran(0)

    def _reload_nginx(self) -> None:
        """A reload that cannot listen leaves everything as it was."""
        has_stream = self.stream.exists()
        sites = [path.read_text() for path in (self.site, self.names_site) if path.exists()]
        needs_443 = any("listen 443 ssl" in text for text in sites) or self.other_site
        if not (has_stream and needs_443):
            self.shares_443 = has_stream

    def _ss(self, words: tuple[str, ...]) -> Ran:
        if words[-1] == "sport = :4443":
            return Ran(0, "LISTEN\n" if self.shares_443 else "")
        return Ran(0, "UNCONN\n" * self.relays)

    def _prosody(self, words: tuple[str, ...]) -> Ran:
        if not self.prosody_answers:
            return Ran(1, "** Unable to connect to server - is it running? Is mod_admin_shell enabled?\n")
        match words[2:]:
            case ("config", "reload"):
                self.known_offer = self.offer.read_text() if self.offer.exists() else ""
            case ("module", "reload", "external_services", _):
                ports = {"stun": "3478", "turn": "3478", "turns": "443"}
                names = [f"{kind}:{NAME}:{port}" for kind, port in ports.items()] if self.known_offer else []
                self.offered = self.own_servers or " ".join(names)
                self._event("prosody offers" if self.offered else "prosody withdraws")
            case _:
                return Ran(0, f"| Result: servers: {self.offered} end\n")
        return Ran(0)

    # -- the network

    def shown_certificate(self, address: str, port: int, name: str) -> str | None:
        if port == Ports().https and self.old_workers > 0:
            self.old_workers -= 1
            return "that of the site"
        if port == Ports().https and not self.shares_443:
            return "that of the site"
        return self.coturn_certificate if name == NAME else "that of the site"

    def exchange(self, address: str, port: int, request: bytes, seconds: float) -> bytes:
        raise AssertionError(f"nobody asks for port {port}")

    def request(self, method: str, address: str, port: int, path: str, **_rest: Any) -> str:
        if port != Ports().https:
            raise HttpError("connection refused")
        return "the page"

    # -- the program

    def step(self, *, wanted: bool = True, secret: str = SECRET) -> Outcome:
        fields = {"domain": DOMAIN, "wanted": wanted, "secret": secret, "ipv4": "192.0.2.1", "ipv6": "2001:db8::1"}
        return self.run(json.dumps({"version": 1, **fields}))

    def facts(self) -> TurnFacts | None:
        """As `status` tells them."""
        return read_turn_facts(self.host("status", [], []))

    def run(self, stdin: str, *arguments: str) -> Outcome:
        messages: list[str] = []
        printed: list[str] = []

        self.events.clear()
        code = Program(installed_program(), lambda name: self.host(name, messages, printed), lambda: stdin).run(
            ["turn-server", *arguments]
        )
        return Outcome(code, "".join(messages), "".join(printed))

    def host(self, verb: str, messages: list[str], printed: list[str]) -> Host:
        return Host(
            messages=Messages(verb, "web", 4711, messages.append, printed.append),
            clock=self.clock,
            http=self,
            connects=lambda _address, _port: False,
            wire=self,
            lines=no_lines,
            commands=self.commands,
            locks=FakeLocks(),
            parallel=OneAfterTheOther(),
            ignore_operator=lambda: None,
            paths=self.paths,
            ports=Ports(),
            waits=Waits(),
        )
