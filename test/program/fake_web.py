"""A web host with a certificate: its files, the DNS, an ACME server behind certbot, and bridges that keep copies."""

import hashlib
import json
import ssl
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jitsi_hetzner.cli import Program
from jitsi_hetzner.commands import Ran, SystemCommands
from jitsi_hetzner.host import Host
from jitsi_hetzner.http_client import HttpError
from jitsi_hetzner.messages import Messages
from jitsi_hetzner.places import Paths, Ports
from jitsi_hetzner.waits import Waits

from .build import installed_program, temporary
from .fake_clock import FakeClock
from .fake_cluster import Outcome
from .fake_host import FakeCommands, FakeLocks, OneAfterTheOther

DOMAIN = "meet.example.org"
IPV4, IPV6 = "192.0.2.1", "2001:db8::1"
DIRECTORY = "https://acme.example/directory"
DAY = 86400
NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


@dataclass
class FakeDns:
    """Records by name and kind; what every server says."""

    records: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    servers: list[str] = field(default_factory=lambda: ["ns1.example.org"])
    silent: bool = False
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def point(self, name: str, ipv4: str | None = IPV4, ipv6: str | None = IPV6) -> None:
        self.records[(name, "A")] = [ipv4] if ipv4 else []
        self.records[(name, "AAAA")] = [ipv6] if ipv6 else []

    def answer(self, words: tuple[str, ...]) -> Ran:
        self.asked.append(words)
        if self.silent:
            return Ran(9, ";; communications error: timed out\n")
        name = words[words.index("-q") + 1].rstrip(".")
        kind = words[words.index("-t") + 1]
        values = [f"{one}." for one in self.servers] if (name, kind) == ("example.org", "NS") else []
        values += self.records.get((name, kind), [])
        known = any(other == name or other.endswith(f".{name}") for other, _ in self.records) or name == "example.org"
        status = "NOERROR" if known else "NXDOMAIN"
        lines = [f";; ->>HEADER<<- opcode: QUERY, status: {status}, id: 1"]
        return Ran(0, "\n".join([*lines, *(f"{name}.\t300\tIN\t{kind}\t{value}" for value in values)]) + "\n")


class Authority:
    """Issues certificates with openssl."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.key, self.root = folder / "ca.key", folder / "ca.pem"
        run("openssl", "req", "-x509", *NEW_KEY, "-days", "3650", "-subj", "/CN=A CA",
            "-keyout", str(self.key), "-out", str(self.root))  # fmt: skip

    def issue(self, names: list[str], target: Path, days: int = 90) -> None:
        """fullchain.pem and privkey.pem in the folder."""
        target.mkdir(parents=True, exist_ok=True)
        key, request, chain = target / "privkey.pem", self.folder / "csr", target / "fullchain.pem"
        extensions = self.folder / "ext"
        extensions.write_text(
            f"subjectAltName={','.join(f'DNS:{name}' for name in names)}\nbasicConstraints=CA:FALSE\n"
        )
        run("openssl", "req", "-new", *NEW_KEY, "-subj", f"/CN={names[0]}",
            "-keyout", str(key), "-out", str(request))  # fmt: skip
        run("openssl", "x509", "-req", "-in", str(request), "-CA", str(self.root), "-CAkey", str(self.key),
            "-CAcreateserial", "-days", str(days), "-extfile", str(extensions), "-out", str(chain))  # fmt: skip


class FakeWire:
    """nginx and coturn show what they read at the last reload; bridges keep what they are given."""

    def __init__(self, web: "FakeWeb") -> None:
        self._web = web
        self.copies: dict[str, bytes] = {}
        # Bridges that do not answer.
        self.silent: set[str] = set()

    def shown_certificate(self, address: str, port: int, name: str) -> str | None:
        return self._web.shown.get(port)

    def exchange(self, address: str, port: int, request: bytes, seconds: float) -> bytes:
        if port != Ports().bridge_copy:
            raise AssertionError(f"nobody listens on {port}")
        if address in self.silent:
            return b""
        line, _, content = request.partition(b"\n")
        if line == b"get":
            return self.copies.get(address, b"")
        _, length, digest = line.decode().split()
        if len(content) != int(length) or hashlib.sha256(content).hexdigest() != digest:
            return b"damaged\n"
        self.copies[address] = content
        return b"ok\n"


class FakeWeb:
    """Close it at the end."""

    def __init__(self) -> None:
        self._folder = temporary()
        root = Path(self._folder.name)
        self.root = root
        self.paths = Paths(
            policy=root / "etc/policy.json", state=root / "lib", locks=root / "lock", prosody=root / "prosody",
            jicofo_log=root / "jicofo.log", nginx_log=root / "nginx.log", proc=root / "proc", run=root,
            resolv=root / "resolv", turn_server=root / "turn.json", turn_settings=root / "turnserver.conf",
            certificate_settings=root / "etc/certificate.json", acme_authority=root / "etc/authority.pem",
            meet=root / "meet", nginx=root / "nginx", turn=root / "turn",
            letsencrypt=root / "letsencrypt", certbot_log=root / "certbot.log",
            units=root / "units",
        )  # fmt: skip
        self.clock = FakeClock()
        self.dns = FakeDns()
        self.dns.point(DOMAIN)
        self.authority = Authority(root / "ca")
        self.wire = FakeWire(self)
        self.shown: dict[int, str] = {}
        # What was ordered, each with its names, and rehearsals.
        self.orders: list[list[str]] = []
        self.rehearsals: list[list[str]] = []
        self.lifetime_days = 90
        # Units that were started without a wait.
        self.started: list[str] = []
        # What certbot prints where it fails.
        self.refusal: str | None = None
        # What its log has in the place of that, in Debian 12.
        self.logged_refusal: str | None = None
        self.rehearsal_refusal: str | None = None
        # Of an order for several names.
        self.refused_names: set[str] = set()
        self.caa_identities = ["ca.example"]
        # What curl prints where it cannot read the directory.
        self.acme_error: str | None = None
        self.nginx_error: str | None = None
        self.packages = ["certbot", "bind9-dnsutils"]
        self.commands = FakeCommands()
        system = SystemCommands()
        answers = self.commands.answers
        for program in ("openssl", "tar"):
            answers[(program,)] = lambda words: system.run(*words, seconds=30)
        answers[("dig",)] = self.dns.answer
        answers[("env",)] = lambda words: self._certbot(words[2:])
        answers[("certbot",)] = self._certbot
        answers[("curl",)] = lambda words: self._directory()
        answers[("nginx", "-t")] = lambda words: Ran(1, errors=self.nginx_error) if self.nginx_error else Ran(0)
        answers[("systemctl",)] = self._systemctl
        answers[("dpkg-query",)] = lambda words: Ran(0, "".join(f"{one} installed\n" for one in self.packages))
        answers[("/usr/local/sbin/jitsi-hetzner-install", "packages")] = self._install
        self._serve_self_signed()

    def close(self) -> None:
        self._folder.cleanup()

    # -- the world

    def now(self) -> float:
        return self.clock.wall_clock_ns() / 1e9

    def let_days_pass(self, days: float) -> None:
        """Certificates are as much older."""
        self.clock._now += days * DAY

    def lineage_names(self) -> list[str]:
        return names_in(self.paths.letsencrypt / "live" / DOMAIN / "fullchain.pem")

    def served_names(self) -> list[str]:
        """Of the certificate that nginx shows, which must be the one in its file."""
        file = self.paths.meet / f"{DOMAIN}.crt"
        if self.shown.get(443) != fingerprint(file):
            raise AssertionError("nginx shows another certificate than the one in its file")
        return names_in(file)

    def new_host(self) -> None:
        """Another web host with the same addresses."""
        for path in (self.paths.letsencrypt, self.paths.meet, self.paths.state, self.paths.certificate_settings):
            run("rm", "-rf", str(path))
        self._serve_self_signed()

    def site_of_jitsi(self, text: str) -> None:
        path = self.paths.nginx / "sites-available" / f"{DOMAIN}.conf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    # -- the program

    def given(self, **changes: Any) -> dict[str, Any]:
        names = changes.pop("names", [DOMAIN])
        return {
            "domain": DOMAIN,
            "names": [{"name": name, "ipv4": IPV4, "ipv6": IPV6} for name in names],
            "tls": "letsencrypt",
            "directory": DIRECTORY,
            "caaIssuer": None,
            "email": None,
            "authority": self.authority.root.read_text(),
            "profile": None,
            "resolver": None,
            "required": False,
            "own": None,
            "copyKey": "theSecretOfTheCopies",
            "copies": [],
            **changes,
        }

    def step(self, **changes: Any) -> Outcome:
        return self.run("certificate", self.given(**changes))

    def timer(self) -> Outcome:
        return self.run("certificate", {}, "--tend")

    def run(self, verb: str, fields: dict[str, Any], *arguments: str) -> Outcome:
        messages: list[str] = []
        printed: list[str] = []

        def host_of(name: str) -> Host:
            return Host(
                messages=Messages(name, "web", 4711, messages.append, printed.append),
                clock=self.clock, http=self, connects=lambda address, port: False,
                lines=lambda *words: iter(()), wire=self.wire,
                commands=self.commands, locks=FakeLocks(), parallel=OneAfterTheOther(),
                ignore_operator=lambda: None, paths=self.paths, ports=Ports(), waits=Waits(),
            )  # fmt: skip

        text = json.dumps({"version": 1, **fields})
        code = Program(installed_program(), host_of, lambda: text).run([verb, *arguments])
        return Outcome(code, "".join(messages), "".join(printed))

    def request(self, *words: Any, **options: Any) -> str:
        raise HttpError("nobody asks for a page here")

    # -- the host's programs

    def _certbot(self, words: tuple[str, ...]) -> Ran:
        if "--version" in words:
            return Ran(0, "certbot 2.1.0\n")
        names = [words[index + 1] for index, word in enumerate(words) if word == "-d"]
        if "--dry-run" in words:
            self.rehearsals.append(names)
            return Ran(0) if self.rehearsal_refusal is None else Ran(1, errors=self.rehearsal_refusal)
        if self.logged_refusal is not None:
            # Debian's certbot appends.
            with self.paths.certbot_log.open("a") as log:
                log.write(f"Traceback\nacme.messages.Error: {self.logged_refusal}\n\nDuring\n")
            return Ran(1, errors="An unexpected error occurred:\nAttributeError: can't set attribute\n")
        if self.refusal is not None:
            return Ran(1, errors=self.refusal)
        names = [name for name in names if name not in self.refused_names]
        self.orders.append(names)
        self.authority.issue(names, self.paths.letsencrypt / "live" / DOMAIN, self._days_until(self.lifetime_days))
        renewal = self.paths.letsencrypt / "renewal" / f"{DOMAIN}.conf"
        renewal.parent.mkdir(parents=True, exist_ok=True)
        renewal.write_text(
            "# renew_before_expiry = 30 days\nversion = 2.1.0\n[renewalparams]\n"
            f"server = {words[words.index('--server') + 1]}\n"
        )
        refused = "".join(
            f"  Domain: {name}\n  Type: dns\n  Detail: no {name}\n" for name in sorted(self.refused_names)
        )
        return Ran(0, refused)

    def _days_until(self, days: int) -> int:
        """openssl's clock is the real one."""
        return days + int(self.clock.now() / DAY)

    def _directory(self) -> Ran:
        if self.acme_error is not None:
            return Ran(7, errors=f"{self.acme_error}\n")
        return Ran(0, json.dumps({"newNonce": "x", "meta": {"caaIdentities": self.caa_identities}}))

    def _systemctl(self, words: tuple[str, ...]) -> Ran:
        file = self.paths.meet / f"{DOMAIN}.crt"
        if words[1:] == ("reload-or-restart", "nginx") and self.nginx_error is None:
            self.shown[443] = fingerprint(file)
        if words[1:3] == ("start", "--no-block"):
            self.started.append(words[3])
        return Ran(0)

    def _install(self, words: tuple[str, ...]) -> Ran:
        self.packages += words[2:]
        return Ran(0)

    def _serve_self_signed(self) -> None:
        self.paths.meet.mkdir(exist_ok=True)
        key, file = (self.paths.meet / f"{DOMAIN}.{end}" for end in ("key", "crt"))
        run("openssl", "req", "-x509", *NEW_KEY, "-days", "3650", "-subj", f"/CN={DOMAIN}",
            "-addext", f"subjectAltName=DNS:{DOMAIN},DNS:localhost",
            "-keyout", str(key), "-out", str(file))  # fmt: skip
        self.shown = {443: fingerprint(file)}


def run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)


def fingerprint(file: Path) -> str:
    first = file.read_text().partition("-----END CERTIFICATE-----")
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(f"{first[0]}{first[1]}\n")).hexdigest()


def names_in(file: Path) -> list[str]:
    words = ("openssl", "x509", "-in", str(file), "-noout", "-ext", "subjectAltName")
    said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    return sorted(word.strip(" ,\n").removeprefix("DNS:") for word in said.split() if word.startswith("DNS:"))
