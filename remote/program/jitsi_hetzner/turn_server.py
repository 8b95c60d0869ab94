"""The TURN server as a whole. The verb certificate calls `settle` after each change of the certificate."""

import re
from contextlib import AbstractContextManager

from .coturn import Coturn
from .failure import Failure
from .host import Host
from .one_at_a_time import one_at_a_time
from .port_443 import Port443
from .turn_input import RETRY, TurnServerInput, load
from .turn_offer import Offer

SECONDS = 30
LOCK_SECONDS = 300


def settle(host: Host) -> bool:
    """Switches the TURN server on or off, by the last settings and by the certificate of now.

    Neither cuts a meeting: nginx and prosody are reloaded, and coturn is not stopped while participants are relayed.
    Returns whether there is nothing left to do; False while coturn is to stop and is in use.
    """
    with _locked(host):
        given = load(host.paths.turn_server)
        if given is None and host.paths.turn_settings.exists():
            # coturn runs, and would get no renewed certificate.
            raise Failure(f"{host.paths.turn_server} is missing, so nobody keeps coturn", "npm run repair -- web")
        return given is None or _settle(host, given)


def _settle(host: Host, given: TurnServerInput) -> bool:
    coturn = Coturn(host, given)
    if not given.wanted:
        return _switch_off(host, given, coturn)
    # Nothing, but where the install of the step failed, or somebody removed a package.
    coturn.install()
    coturn.take_certificate()
    problem = coturn.certificate_problem()
    if problem is not None:
        host.info(f"there is no TURN server, because {problem}")
        return _switch_off(host, given, coturn)
    # Each part runs before the one that sends participants to it.
    coturn.run()
    if Port443(host, given).share():
        host.info(f"port 443 passes turn.{given.domain} on to coturn")
    # For a moment after a reload, nginx' old workers take connections too, and lead to the site.
    if not host.wait_for(SECONDS, "port 443 to lead to coturn", lambda: coturn.shows_certificate(host.ports.https)):
        raise Failure(
            f"port 443 does not lead to coturn for turn.{given.domain}",
            f"on the web host: tail /var/log/nginx/error.log. {RETRY}",
        )
    Offer(host, given).make()
    return True


def _locked(host: Host) -> AbstractContextManager[None]:
    """A step and the certificate's timer can meet."""
    return one_at_a_time(
        host,
        "turn-server",
        LOCK_SECONDS,
        "another run that switches the TURN server",
        Failure("another run has switched the TURN server for 5 minutes", f"on the web host: ps ax. {RETRY}"),
    )


def _switch_off(host: Host, given: TurnServerInput, coturn: Coturn) -> bool:
    Offer(host, given).withdraw()
    if Port443(host, given).give_back():
        host.info("port 443 leads to the site alone")
    return coturn.stop()


def expect_secret(given: TurnServerInput) -> None:
    """It goes through files of two formats. The message does not show it."""
    if given.wanted and not re.fullmatch("[A-Za-z0-9]{16,}", given.secret):
        raise Failure("the secret of the TURN server is not 16 or more letters and digits", "pulumi up")
