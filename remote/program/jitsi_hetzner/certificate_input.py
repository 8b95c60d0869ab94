"""What the verb certificate takes. It keeps it on the host, for the timer."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from .decode import Address, Domain, Nickname, Text, decode, encode
from .files import read_text, write_secret
from .x509 import PEM

Url = Annotated[str, Text(r"https://[^\s'\"]+", "an https URL")]
Ip = Annotated[str, Text("[0-9a-fA-F:.]+", "an IP address")]
Email = Annotated[str, Text(r"[^\s@]+@[^\s@]+", "an e-mail address")]
Word = Annotated[str, Text("[A-Za-z0-9._-]+", "letters, digits, ., - and _")]
Tls = Annotated[str, Text("letsencrypt|self-signed|own", "letsencrypt, self-signed or own")]


@dataclass(frozen=True)
class WantedName:
    """A name of the web host, and its addresses."""

    name: Domain
    ipv4: Ip
    ipv6: Ip


@dataclass(frozen=True)
class CopyPlace:
    """A bridge that can keep a copy of the certificates."""

    nickname: Nickname
    # In the private network.
    address: Address


@dataclass(frozen=True)
class OwnCertificate:
    """From the stack's configuration. Secret."""

    # PEM, not encrypted.
    key: str
    # PEM: the certificate, then its issuers.
    chain: str


@dataclass(frozen=True)
class CertificateInput:
    """What is served, and where it comes from."""

    # The first of the names. The certificate's files have this name.
    domain: Domain
    # The domain, then all others that the certificate is for.
    names: tuple[WantedName, ...]
    tls: Tls
    # Of the ACME server.
    directory: Url
    # Of CAA records, where the ACME server does not say its own.
    caa_issuer: Domain | None
    email: Email | None
    # Certificates by which the ACME server is known. PEM.
    authority: str | None
    profile: Word | None
    # The DNS server that is asked beside the zone's own. Null for that of the host.
    resolver: Ip | None
    # Whether the step fails without a certificate that browsers trust.
    required: bool
    own: OwnCertificate | None
    # Encrypts the copies on the bridges. Secret.
    copy_key: str
    copies: tuple[CopyPlace, ...]

    @property
    def roots(self) -> str | None:
        """Certificates that clients trust beside those of Debian. PEM.

        A root at the end of an own chain is that of an internal CA: the operator's devices trust it. A certificate that
        is alone is no root of anything.
        """
        chain = [] if self.own is None else PEM.findall(self.own.chain)
        roots = [*([] if self.authority is None else [self.authority]), *(chain[-1:] if len(chain) > 1 else [])]
        return "\n".join(roots) if roots else None


def save(path: Path, given: CertificateInput) -> None:
    """For the timer. The key of an own certificate stays out: it is in its own file. The root of its chain stays."""
    write_secret(path, encode(replace(given, own=None, authority=given.roots)))


def load(path: Path) -> CertificateInput | None:
    """None where no `up` has written it yet."""
    text = read_text(path)
    return None if text is None else decode(text, CertificateInput)
