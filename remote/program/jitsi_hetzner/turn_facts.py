"""How the TURN server is. Changes nothing."""

from dataclasses import dataclass

from .coturn import Coturn, relays
from .host import Host
from .turn_input import load


@dataclass(frozen=True)
class TurnFacts:
    """The TURN server of the web host."""

    # The setting `turn`, as of the last `pulumi up`.
    wanted: bool
    # Seconds since 1970 since when prosody offers it to browsers; null where it does not.
    offered_since: int | None
    # How many relays participants have now.
    relays: int
    # Why there is none though it is wanted: what is missing for a certificate that browsers trust. Empty otherwise.
    waits_for: str
    # What does not work. Empty where nothing is wrong.
    problem: str


def read_turn_facts(host: Host) -> TurnFacts | None:
    """None on a host to which no `up` has brought its settings yet."""
    given = load(host.paths.turn_server)
    if given is None:
        return None
    coturn = Coturn(host, given)
    offered = host.paths.turn_offered
    since = int(offered.stat().st_mtime) if offered.exists() else None
    # Without the packages, it has not taken the certificate.
    waits_for = (coturn.certificate_problem() or "") if given.wanted and coturn.is_installed() else ""
    is_on = given.wanted and not waits_for
    return TurnFacts(
        wanted=given.wanted,
        offered_since=since,
        relays=relays(host) if coturn.is_active() else 0,
        waits_for=waits_for,
        problem=_problem(host, coturn, since) if is_on else "",
    )


def _problem(host: Host, coturn: Coturn, since: int | None) -> str:
    if not coturn.is_installed():
        return "coturn or nginx's module stream is not installed"
    if not coturn.is_active():
        return "coturn does not run"
    if not coturn.shows_certificate():
        return "coturn does not show its certificate"
    if not coturn.shows_certificate(host.ports.https):
        return "port 443 does not lead to the TURN server"
    return "" if since is not None else "prosody does not offer the TURN server to browsers"
