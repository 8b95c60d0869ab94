"""What the verb turn-server takes. It keeps it on the host, for the time when a certificate arrives."""

from dataclasses import dataclass
from pathlib import Path

from .decode import Address, Domain, IpAddress, decode, encode
from .files import read_text, write_secret

# The certificate's timer settles the TURN server again. A step that ended with a warning does not run again in an `up`.
RETRY = "This host tries again by itself; at once: jitsi-hetzner turn-server --apply, on the web host"


@dataclass(frozen=True)
class TurnServerInput:
    """The TURN server of a cluster: the way for participants whose network lets only TCP 443 out."""

    # The meeting domain. The TURN server is turn.DOMAIN.
    domain: Domain
    # The setting `turn`. There is a TURN server only with a certificate that browsers trust, too.
    wanted: bool
    # Makes and checks the short-lived passwords of participants. Letters and digits. Secret.
    secret: str
    # Public addresses of this host.
    ipv4: Address
    ipv6: IpAddress

    @property
    def name(self) -> str:
        """Of the TURN server."""
        return f"turn.{self.domain}"


def save(path: Path, given: TurnServerInput) -> None:
    """Readable by root alone."""
    write_secret(path, encode(given))


def load(path: Path) -> TurnServerInput | None:
    """None where no `up` has written it yet."""
    text = read_text(path)
    return None if text is None else decode(text, TurnServerInput)
