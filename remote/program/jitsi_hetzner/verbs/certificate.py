"""certificate: the certificate for browsers, ordered, renewed, installed and copied.

As a step it comes after the acceptance, and succeeds with warnings: a step that fails would keep every bridge that is
to be removed. The timer calls it with --tend.
"""

from argparse import ArgumentParser, Namespace
from contextlib import AbstractContextManager
from dataclasses import dataclass

from ..certificate_input import CertificateInput, load, save
from ..certificate_keeper import Keeper
from ..certificate_state import CertificateState
from ..certificate_units import start_service, write_units
from ..failure import ExitCode, Failure
from ..host import Host
from ..one_at_a_time import one_at_a_time
from ..packages import ensure_packages
from ..verb import Verb

# An order of the timer may be at work.
LOCK_SECONDS = 900


@dataclass(frozen=True)
class CertificateResult:
    """What the program tells in the same `up`."""

    # Seconds since 1970 when this was found.
    at: int
    # Each with what to do about it.
    warnings: tuple[str, ...]


def run(host: Host, given: CertificateInput, _arguments: Namespace) -> CertificateResult:
    """As a step."""
    with locked(host):
        ensure_packages(host, *(["certbot"] if given.tls == "letsencrypt" else []), "bind9-dnsutils")
        save(host.paths.certificate_settings, given)
        write_units(host, orders=given.tls == "letsencrypt")
        keeper = Keeper(host, given)
        state = keeper.tend(urgent=True, rehearse_later=True)
        is_trusted = keeper.is_trusted()
    if keeper.is_rehearsal_due:
        start_service(host)
    warnings = _warnings(state)
    for warning in warnings:
        host.info(f"WARNING: {warning}")
    if given.required and not is_trusted:
        raise Failure(
            f"https://{given.domain} has no certificate that browsers trust, and requireCertificate is true",
            "see the warnings above; or: pulumi config set requireCertificate false && pulumi up",
        )
    if is_trusted:
        host.info(f"https://{given.domain} has a certificate that browsers trust")
    return CertificateResult(int(host.clock.wall_clock_ns() / 1e9), warnings)


def by_hand(host: Host, arguments: Namespace) -> int:
    """For the timer."""
    with locked(host):
        given = load(host.paths.certificate_settings)
        if given is None:
            raise Failure(
                f"{host.paths.certificate_settings} is missing, so nobody knows which certificate this host is to have",
                "npm run repair -- web",
                ExitCode.UNKNOWN,
            )
        state = Keeper(host, given).tend(urgent=arguments.now)
    for warning in _warnings(state):
        host.info(warning)
    return ExitCode.NOT_DONE if state.problems else ExitCode.DONE


def _warnings(state: CertificateState) -> tuple[str, ...]:
    return tuple(f"{one.problem}. What to do: {one.repair}" for one in state.problems)


def locked(host: Host) -> AbstractContextManager[None]:
    """A step and the timer can meet."""
    return one_at_a_time(
        host,
        "certificate",
        LOCK_SECONDS,
        "another run that looks after the certificate",
        Failure(
            "another run has looked after the certificate for 15 minutes",
            "systemctl status jitsi-hetzner-certificate",
        ),
    )


def configure(parser: ArgumentParser) -> None:
    """The timer's way."""
    parser.add_argument(
        "--tend", action="store_true", help="does what is due, with the settings of the last `pulumi up`"
    )
    parser.add_argument("--now", action="store_true", help="orders and rehearses without a pause after the last time")


VERB = Verb(
    summary="orders, renews and checks the certificate for browsers",
    description="With --tend, as its timer does six times an hour.",
    takes=CertificateInput,
    gives=CertificateResult,
    run=run,
    configure=configure,
    is_by_hand=lambda arguments: arguments.tend,
    by_hand=by_hand,
)
