"""Certificates in files, read by openssl."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from .commands import Commands
from .failure import Failure
from .files import read_text

SECONDS = 10
# A small host has little to make random numbers from.
NEW_KEY_SECONDS = 60
STORE = "/etc/ssl/certs"
PEM = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True)
class Certificate:
    """The first certificate of a file."""

    path: Path
    names: tuple[str, ...]
    issuer: str
    # Seconds since 1970.
    starts: float
    ends: float
    is_self_signed: bool
    # SHA-256 of its DER, in hexadecimal digits.
    fingerprint: str

    @property
    def lifetime(self) -> float:
        """In seconds."""
        return self.ends - self.starts

    def days_left(self, now: float) -> float:
        """Negative once it has expired."""
        return (self.ends - now) / 86400

    def is_due(self, now: float) -> bool:
        """Whether it is to be renewed: one third of its lifetime is left, or one half of less than ten days.

        Let's Encrypt recommends it.
        """
        left = self.lifetime / (2 if self.lifetime < 10 * 86400 else 3)
        return self.ends - now < left

    def covers(self, name: str) -> bool:
        """A wildcard covers one label."""
        return name in self.names or f"*.{name.partition('.')[2]}" in self.names


def read_certificate(commands: Commands, path: Path) -> Certificate | None:
    """None where there is none, or the file cannot be read as one."""
    if not (read_text(path) or "").strip():
        return None
    words = ("-noout", "-subject", "-issuer", "-dates", "-fingerprint", "-sha256", "-ext", "subjectAltName")
    ran = commands.run("openssl", "x509", "-in", str(path), *words, seconds=SECONDS)
    lines = ran.output.splitlines()
    fields = {key.strip().lower(): value.strip() for key, _, value in (line.partition("=") for line in lines)}
    starts, ends = (_seconds(fields.get(key, "")) for key in ("notbefore", "notafter"))
    if starts is None or ends is None:
        return None
    return Certificate(
        path=path,
        names=tuple(found.lower() for found in re.findall(r"DNS:([^\s,]+)", ran.output)),
        issuer=fields.get("issuer", ""),
        starts=starts,
        ends=ends,
        is_self_signed=fields.get("subject") == fields.get("issuer"),
        fingerprint=fields.get("sha256 fingerprint", "").replace(":", "").lower(),
    )


def is_trusted(commands: Commands, path: Path, name: str, authority: Path | None) -> bool:
    """Whether clients that trust this host's store, or the authority, accept it for the name now."""
    trust = ["-CApath", STORE, *(["-CAfile", str(authority)] if authority else ["-no-CAfile"])]
    words = [*trust, "-untrusted", str(path), "-verify_hostname", name, "-purpose", "sslserver", str(path)]
    return commands.run("openssl", "verify", *words, seconds=SECONDS).code == 0


def belongs_to(commands: Commands, certificate: Path, key: Path) -> bool:
    """Whether the key is the certificate's. False also where openssl does not say it."""
    return key_fits(commands, certificate, key) is True


def key_fits(commands: Commands, certificate: Path, key: Path) -> bool | None:
    """Whether the key is the certificate's. None where openssl does not say it, as on a host that is too busy."""
    own = commands.run("openssl", "x509", "-in", str(certificate), "-noout", "-pubkey", seconds=SECONDS)
    other = commands.run("openssl", "pkey", "-in", str(key), "-pubout", seconds=SECONDS)
    if own.code is None or other.code is None:
        return None
    return own.code == 0 and other.code == 0 and own.output == other.output


def make_self_signed(commands: Commands, name: str) -> tuple[str, str]:
    """The certificate and its key in PEM, as web/certificate.sh makes them: it knows them by the name localhost.

    Raises Failure where openssl makes none.
    """
    with TemporaryDirectory() as folder:
        chain, key = Path(folder) / "chain.pem", Path(folder) / "key.pem"
        words = ("-newkey", "rsa:3072", "-nodes", "-days", "3650", "-subj", f"/CN={name}")
        names = ("-addext", f"subjectAltName=DNS:{name},DNS:localhost")
        targets = ("-keyout", str(key), "-out", str(chain))
        ran = commands.run("openssl", "req", "-x509", *words, *names, *targets, seconds=NEW_KEY_SECONDS)
        if ran.code != 0:
            last = (ran.errors.strip().splitlines() or ["no reason given"])[-1]
            raise Failure(f"openssl cannot create a certificate for {name}: {last}", "npm run repair -- web")
        return chain.read_text(), key.read_text()


def _seconds(date: str) -> float | None:
    """Of `Feb  7 22:13:00 2027 GMT`."""
    try:
        return datetime.strptime(" ".join(date.split()), "%b %d %H:%M:%S %Y GMT").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def day(seconds: float) -> str:
    """A moment in UTC, for messages: 2027-02-07 22:13 UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
