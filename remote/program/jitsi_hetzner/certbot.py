"""Debian's certbot: orders and rehearsals."""

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from .certbot_trouble import LOGGED, Trouble, clock_hint, one_line, trouble_of
from .certificate_input import CertificateInput
from .commands import Ran
from .files import read_text, write_text
from .host import Host
from .x509 import key_fits, read_certificate

# An order with all its waits takes a minute, and ten where the ACME server is slow.
SECONDS = 600
DIRECTORY_SECONDS = 20
# Jitsi's own site for nginx answers challenges from here.
WEBROOT = "/usr/share/jitsi-meet"
PROFILES_SINCE = 4
# certbot rehearses there what it would order from Let's Encrypt.
STAGING = "https://acme-staging-v02.api.letsencrypt.org/directory"
NO_ACCOUNT = re.compile(r"accountDoesNotExist|specified an account that does not exist|Account \S+ not found")


@dataclass(frozen=True)
class Said:
    """How certbot ended. A code of None: it did not end, or is not there."""

    code: int | None
    # On the console and in its log.
    text: str


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

    def is_whole(self) -> bool:
        """Whether certbot can renew the certificate: it has the key, and its own settings for it.

        Nothing is lost as long as nobody knows it.
        """
        fits = key_fits(self._host.commands, self.lineage, self.lineage_key)
        return self._renewal_file.exists() and fits is not False

    def forget(self) -> None:
        """The files of the certificate. With a part of them, certbot refuses an order, or stores it elsewhere."""
        for folder in ("live", "archive"):
            shutil.rmtree(self._paths.letsencrypt / folder / self._given.domain, ignore_errors=True)
        self._renewal_file.unlink(missing_ok=True)

    def authority(self) -> Path | None:
        """The file with certificates that are trusted beside the host's store. None where there is none."""
        return self._paths.acme_authority if self._given.roots is not None else None

    def issuer(self) -> Issuer | Trouble:
        """Asks the ACME server for its directory."""
        authority = self.authority()
        trust = ("--cacert", str(authority)) if authority else ()
        words = ("curl", "-fsS", "--max-time", "15", *trust, self._given.directory)
        ran = self._host.commands.run(*words, seconds=DIRECTORY_SECONDS)
        if ran.code != 0:
            # Then curl explains at length what a certificate is.
            said = ran.errors.partition("\nMore details here:")[0]
            reason = f"{one_line(said)}{clock_hint(said)}"
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
        """Also where a certificate is there already: whether one is needed is decided before.

        A name that the ACME server refuses does not keep the others from a certificate. It is the trouble then.
        """
        trouble = self._missing_profile()
        if trouble is not None:
            return trouble
        options = ("--force-renewal", "--renew-with-new-domains", "--allow-subset-of-names")
        said = self._run(*options, names=names)
        if said.code != 0:
            return trouble_of(said.text)
        self.write_renewal_rule()
        issued = read_certificate(self._host.commands, self.lineage)
        refused = [name for name in names if issued is None or not issued.covers(name)]
        if not refused:
            return None
        trouble = trouble_of(said.text)
        return replace(trouble, cause=f"{trouble.cause}; the certificate is not for {', '.join(refused)}")

    def rehearse(self, names: Sequence[str]) -> Trouble | None:
        """An order that changes nothing. In place of Let's Encrypt's server it asks their staging server."""
        said = self._run("--dry-run", names=names)
        return None if said.code == 0 else trouble_of(said.text)

    def server(self) -> str | None:
        """The ACME server of the certificate that is there."""
        found = re.search(r"^server\s*=\s*(\S+)$", read_text(self._renewal_file) or "", re.MULTILINE)
        return None if found is None else found[1]

    def write_renewal_rule(self) -> None:
        """For Debian's own timer, which would renew 30 days before the end, whatever the lifetime is.

        certbot 4.0 has a rule like ours, but its own default of 30 days comes before it.
        """
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

    def _run(self, *options: str, names: Sequence[str]) -> Said:
        """A second time with another account, where the ACME server has lost this host's."""
        said = self._try(*options, names=names)
        if said.code != 0 and NO_ACCOUNT.search(said.text):
            self._host.info("the ACME server does not know this host's account any more: creating another one")
            self._forget_account()
            said = self._try(*options, names=names)
        return said

    def _try(self, *options: str, names: Sequence[str]) -> Said:
        before = self._log_size()
        ran = self._call(*options, names=names)
        logged = LOGGED.finditer(self._log_since(before))
        return Said(ran.code, "\n".join([ran.output, ran.errors, *(found[0] for found in logged)]))

    def _log_size(self) -> int:
        try:
            return self._paths.certbot_log.stat().st_size
        except FileNotFoundError:
            return 0

    def _log_since(self, size: int) -> str:
        """What a run has written. Debian's certbot appends, and logrotate begins another file."""
        text = read_text(self._paths.certbot_log) or ""
        return text.encode()[size if size <= len(text.encode()) else 0 :].decode(errors="replace")

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
        for directory in (self._given.directory, STAGING):
            url = urlsplit(directory)
            folder = self._paths.letsencrypt / "accounts" / url.netloc / url.path.strip("/")
            shutil.rmtree(folder, ignore_errors=True)
