"""Debian's certbot: orders, rehearsals, and what it says when it fails."""

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from .certificate_input import CertificateInput
from .commands import Ran
from .files import read_text, write_text
from .host import Host
from .x509 import day, read_certificate

# An order with all its waits takes a minute, and ten where the ACME server is slow.
SECONDS = 600
DIRECTORY_SECONDS = 20
# Jitsi's own site for nginx answers challenges from here.
WEBROOT = "/usr/share/jitsi-meet"
PROFILES_SINCE = 4
RETRY_AFTER = re.compile(r"retry after (\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d+)?(?: ?UTC|Z)", re.IGNORECASE)
DETAIL = re.compile(r"^\s+Detail:\s*(.+)$", re.MULTILINE)
# certbot 2 with Python 3.11 says "AttributeError: can't set attribute" for all that the ACME server answers. The answer
# is in its log alone.
LOGGED = re.compile(r"^acme\.messages\.Error: (urn:ietf:params:acme:error:.+)$", re.MULTILINE)
UNEXPECTED = re.compile(r"An unexpected error occurred:\s*\n+(.+)")
NO_ACCOUNT = re.compile(r"accountDoesNotExist|specified an account that does not exist|Account \S+ not found")
LONGEST_CAUSE = 400


@dataclass(frozen=True)
class Trouble:
    """Why no certificate was issued."""

    cause: str
    repair: str
    # Whether the ACME server was asked for a certificate, which it counts.
    was_ordered: bool
    # Until when another order is refused, in seconds since 1970. None where nobody says.
    until: float | None = None


@dataclass(frozen=True)
class Issuer:
    """What an ACME server says of itself."""

    # In CAA records. Empty where it does not say.
    caa_identities: tuple[str, ...]


class Certbot:
    """Of one cluster."""

    def __init__(self, host: Host, given: CertificateInput) -> None:
        self._host = host
        self._given = given
        self._paths = host.paths

    @property
    def lineage(self) -> Path:
        """Certificate and issuers, as certbot keeps them."""
        return self._paths.letsencrypt / "live" / self._given.domain / "fullchain.pem"

    @property
    def lineage_key(self) -> Path:
        """Of that certificate."""
        return self.lineage.with_name("privkey.pem")

    def authority(self) -> Path | None:
        """The file with the certificates by which the ACME server is known. None for the host's store."""
        return self._paths.acme_authority if self._given.authority is not None else None

    def issuer(self) -> Issuer | Trouble:
        """Asks the ACME server for its directory."""
        authority = self.authority()
        trust = ("--cacert", str(authority)) if authority else ()
        words = ("curl", "-fsS", "--max-time", "15", *trust, self._given.directory)
        ran = self._host.commands.run(*words, seconds=DIRECTORY_SECONDS)
        if ran.code != 0:
            reason = f"{_one_line(ran.errors)}{_clock_hint(ran.errors)}"
            return Trouble(
                f"the ACME server {self._given.directory} cannot be reached: {reason}",
                "wait until it answers; or check: pulumi config get acmeDirectory",
                was_ordered=False,
            )
        try:
            meta = json.loads(ran.output).get("meta", {})
            return Issuer(tuple(str(one) for one in meta.get("caaIdentities") or ()))
        except (ValueError, AttributeError):
            return Trouble(
                f"{self._given.directory} is no directory of an ACME server: it does not answer with JSON",
                "pulumi config set acmeDirectory URL",
                was_ordered=False,
            )

    def order(self, names: Sequence[str]) -> Trouble | None:
        """Also where a certificate is there already: whether one is needed is decided before."""
        trouble = self._missing_profile()
        if trouble is not None:
            return trouble
        trouble = self._run("--force-renewal", "--renew-with-new-domains", names=names)
        if trouble is None:
            self.write_renewal_rule()
        return trouble

    def rehearse(self, names: Sequence[str]) -> Trouble | None:
        """An order that changes nothing. In place of Let's Encrypt's server it asks their staging server."""
        return self._run("--dry-run", names=names)

    def server(self) -> str | None:
        """The ACME server of the certificate that is there."""
        found = re.search(r"^server\s*=\s*(\S+)$", read_text(self._renewal_file) or "", re.MULTILINE)
        return None if found is None else found[1]

    def write_renewal_rule(self) -> None:
        """For Debian's own timer. certbot 2 would renew 30 days before the end, whatever the lifetime is."""
        certificate = read_certificate(self._host.commands, self.lineage)
        text = read_text(self._renewal_file)
        if certificate is None or text is None:
            return
        minutes = int(certificate.lifetime / (2 if certificate.lifetime < 10 * 86400 else 3) / 60)
        rule = f"renew_before_expiry = {minutes} minutes"
        others = [line for line in text.splitlines() if not re.match(r"#?\s*renew_before_expiry\s*=", line)]
        write_text(self._renewal_file, "\n".join([rule, *others, ""]))

    @property
    def _renewal_file(self) -> Path:
        return self._paths.letsencrypt / "renewal" / f"{self._given.domain}.conf"

    def _run(self, *options: str, names: Sequence[str]) -> Trouble | None:
        """A second time with another account, where the ACME server has lost this host's."""
        said = self._try(*options, names=names)
        if said is not None and NO_ACCOUNT.search(said):
            self._host.info("the ACME server does not know this host's account any more: creating another one")
            self._forget_account()
            said = self._try(*options, names=names)
        return None if said is None else self._trouble(said)

    def _try(self, *options: str, names: Sequence[str]) -> str | None:
        """What certbot said of a failure, on the console and in its log. None for success."""
        before = self._log_version()
        ran = self._call(*options, names=names)
        if ran.code == 0:
            return None
        log = "" if self._log_version() == before else read_text(self._paths.certbot_log) or ""
        return "\n".join([ran.output, ran.errors, *(found[0] for found in LOGGED.finditer(log))])

    def _log_version(self) -> tuple[int, int] | None:
        """Each run has a log of its own, under the same name."""
        try:
            found = self._paths.certbot_log.stat()
        except FileNotFoundError:
            return None
        return (found.st_ino, found.st_mtime_ns)

    def _call(self, *options: str, names: Sequence[str]) -> Ran:
        given = self._given
        authority = self.authority()
        environment = ("env", f"REQUESTS_CA_BUNDLE={authority}") if authority else ()
        words = [
            *environment,
            "certbot",
            "certonly",
            "--non-interactive",
            "--agree-tos",
            *(("-m", given.email) if given.email else ("--register-unsafely-without-email",)),
            "--webroot",
            "-w",
            WEBROOT,
            "--server",
            given.directory,
            "--key-type",
            "ecdsa",
            *(("--required-profile", given.profile) if given.profile else ()),
            "--cert-name",
            given.domain,
            *(word for name in names for word in ("-d", name)),
            *options,
        ]
        return self._host.commands.run(*words, seconds=SECONDS)

    def _missing_profile(self) -> Trouble | None:
        if self._given.profile is None:
            return None
        version = self._host.commands.run("certbot", "--version", seconds=30).output
        found = re.search(r"certbot (\d+)\.", version)
        if found is not None and int(found[1]) >= PROFILES_SINCE:
            return None
        return Trouble(
            f"{version.strip() or 'this certbot'} knows no profiles, and acmeProfile is {self._given.profile}",
            "pulumi config rm acmeProfile; or replace the web host by one with Debian 13",
            was_ordered=False,
        )

    def _forget_account(self) -> None:
        """certbot names the folder of a server's accounts by its URL."""
        url = urlsplit(self._given.directory)
        folder = self._paths.letsencrypt / "accounts" / url.netloc / url.path.strip("/")
        shutil.rmtree(folder, ignore_errors=True)

    def _trouble(self, said: str) -> Trouble:
        if (found := RETRY_AFTER.search(said)) is not None:
            until = datetime.fromisoformat(f"{found[1]}T{found[2]}+00:00").astimezone(UTC).timestamp()
            return Trouble(
                f"the ACME server refuses more orders until {day(until)} (rate limit): {_cause(said)}",
                f"nothing: this host tries again after {day(until)}",
                was_ordered=True,
                until=until,
            )
        if "No space left on device" in said:
            cause = "the disk of the web host is full, so no certificate could be stored"
            return Trouble(cause, "df -h; make room", was_ordered=True)
        return Trouble(
            f"the ACME server issues no certificate: {_cause(said)}{_clock_hint(said)}",
            "see /var/log/letsencrypt/letsencrypt.log; port 80 must be open to the world",
            was_ordered=True,
        )


def _cause(said: str) -> str:
    """What the ACME server found, of all that certbot printed."""
    logged = [found.split(" :: ")[-1] for found in LOGGED.findall(said)]
    details = DETAIL.findall(said) or logged[-1:] or UNEXPECTED.findall(said)
    lines = [line for line in said.splitlines() if line.strip()]
    return _one_line("; ".join(dict.fromkeys(details)) or (lines[-1] if lines else "certbot says nothing"))


def _one_line(text: str) -> str:
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= LONGEST_CAUSE else f"{line[:LONGEST_CAUSE]}..."


def _clock_hint(said: str) -> str:
    """A wrong clock shows as a certificate of the ACME server that is not valid."""
    if re.search("not yet valid|certificate has expired|certificate expired|badNonce.*clock", said, re.IGNORECASE):
        return " (is the clock of this host right? timedatectl)"
    return ""
