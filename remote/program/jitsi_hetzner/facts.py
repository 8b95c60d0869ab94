"""What jicofo sees, and what is installed. Changes nothing."""

from dataclasses import dataclass
from functools import partial

from .bridge import Bridge
from .bridge_client import BridgeClient
from .bridge_watch import watch_faults
from .certificate_state import CertificateState, load_state
from .certificate_units import NAME
from .failure import Failure
from .health import Health, read_health
from .host import Host
from .http_client import HttpError
from .jicofo import Jicofo
from .recorder_facts import RecorderFacts, read_recorder_facts
from .timers import STOPPED, WATCH, timer_fault
from .turn_facts import TurnFacts, read_turn_facts
from .x509 import day, read_certificate

# What of dpkg's list is shown: Jitsi's packages, and what they run on.
PACKAGES = ("jitsi-*", "jicofo", "jibri", "prosody", "nginx")


@dataclass(frozen=True)
class SeenBridge:
    """A bridge in jicofo's list."""

    # In the brewery: ROOM/NICKNAME.
    jid: str
    nickname: str
    operational: bool
    # What the bridge says of itself; jicofo's own check of it decides on operational.
    healthy: bool
    draining: bool
    # A shutdown has begun, graceful or not.
    ending: bool
    stress: float
    # jicofo's own count; null where it does not say.
    participants: int | None
    version: str


@dataclass(frozen=True)
class JicofoFacts:
    """What jicofo tells."""

    version: str
    bridges: tuple[SeenBridge, ...]


@dataclass(frozen=True)
class CertificateFacts:
    """A certificate on this host."""

    # Of its file: meet.example.org, auth.meet.example.org.
    name: str
    issuer: str
    # 2027-02-07 22:13 UTC
    ends: str
    # Negative once it has expired.
    days_left: int


@dataclass(frozen=True)
class WebFacts:
    """What the web host tells."""

    # null where jicofo does not answer.
    jicofo: JicofoFacts | None
    # What keeps jicofo from its work though it may answer. Empty where it works.
    jicofo_problem: str
    # Names and ends of XMPP certificates that have expired, which is no outage.
    expired_certificates: tuple[str, ...]
    certificates: tuple[CertificateFacts, ...]
    # What keeps the certificate for browsers from being as declared, each with what to do about it.
    certificate_problems: tuple[str, ...]
    # Installed packages and their versions.
    versions: dict[str, str]
    # Conferences by nickname, as each bridge itself says; null for one that does not answer.
    conferences: dict[str, int | None]
    # Those that the web host knows, and others in jicofo's room.
    recorders: tuple[RecorderFacts, ...]
    health: Health
    # Of the timer of the watch on the web host: stopped, disabled (it runs until the next boot), or empty.
    watch_fault: str
    # The same by nickname, of the hosts of bridges that have such a fault.
    watch_faults: dict[str, str]
    # null where the last `pulumi up` knew of none.
    turn: TurnFacts | None


def read_facts(host: Host, bridges: tuple[Bridge, ...]) -> WebFacts:
    """Takes 25 s where everything is silent, 45 s with recorders."""
    jicofo = Jicofo(host)
    return WebFacts(
        jicofo=_jicofo_facts(jicofo),
        jicofo_problem=jicofo.problem() or "",
        expired_certificates=_expired_certificates(host),
        certificates=_certificates(host),
        certificate_problems=_certificate_problems(host),
        versions=_versions(host),
        conferences=_conferences(host, bridges),
        recorders=read_recorder_facts(host),
        health=read_health(host),
        watch_fault=timer_fault(host, WATCH),
        watch_faults=watch_faults(host, bridges),
        turn=read_turn_facts(host),
    )


def _jicofo_facts(jicofo: Jicofo) -> JicofoFacts | None:
    try:
        version, listed = jicofo.version(), jicofo.bridges()
    except HttpError:
        # The reason is in jicofo_problem.
        return None
    return JicofoFacts(
        version,
        tuple(
            SeenBridge(
                jid=one.jid,
                nickname=one.nickname,
                operational=one.operational,
                healthy=one.healthy,
                draining=one.draining,
                ending=one.ending,
                stress=one.stress,
                participants=one.participants,
                version=one.version,
            )
            for one in listed
        ),
    )


def _expired_certificates(host: Host) -> tuple[str, ...]:
    """Of the XMPP accounts, by name and end. Such a certificate goes on working."""
    expired = []
    for file in sorted(host.paths.prosody.glob("auth.*.crt")):
        openssl = partial(host.commands.run, "openssl", "x509", "-in", str(file), "-noout", seconds=5)
        if file.stat().st_size > 0 and openssl("-checkend", "0").code != 0:
            expired.append(f"{file.name.removesuffix('.crt')} ({openssl('-enddate').output.strip()})")
    return tuple(expired)


def _certificates(host: Host) -> tuple[CertificateFacts, ...]:
    """That for browsers, and prosody's for the bridges."""
    now = host.clock.wall_clock_ns() / 1e9
    files = [*sorted(host.paths.meet.glob("*.crt")), *sorted(host.paths.prosody.glob("auth.*.crt"))]
    found = [(file, read_certificate(host.commands, file)) for file in files]
    return tuple(
        CertificateFacts(file.name.removesuffix(".crt"), one.issuer, day(one.ends), int(one.days_left(now) // 1))
        for file, one in found
        if one is not None
    )


def _certificate_problems(host: Host) -> tuple[str, ...]:
    """Of the last run that looked after it, at most ten minutes ago."""
    try:
        state = load_state(host.paths.certificate_state)
    except Failure:
        # The next run of the timer replaces it.
        state = CertificateState()
    return (*_certificate_timer(host), *(f"{one.problem}: {one.repair}" for one in state.problems))


def _certificate_timer(host: Host) -> tuple[str, ...]:
    """Without it, nobody renews, and what the last run found is old."""
    unit = f"{NAME}.timer"
    settings = host.paths.certificate_settings
    if not settings.exists():
        # Before the first step there is neither of them.
        is_new = not host.paths.certificate_state.exists()
        return () if is_new else (f"{settings} is missing, so nobody renews the certificate: npm run repair -- web",)
    fault = timer_fault(host, unit)
    if not fault:
        return ()
    what = "does not run on the web host" if fault == STOPPED else "will not run on the web host after its next boot"
    return (f"{unit} {what}, so nobody renews the certificate: npm run repair -- web",)


def _versions(host: Host) -> dict[str, str]:
    # It fails for a pattern that nothing matches, such as jibri's here.
    listed = host.commands.run(
        "dpkg-query", "-W", "-f", "${Package} ${Version} ${db:Status-Status}\n", *PACKAGES, seconds=20
    ).output
    words = [line.split() for line in listed.splitlines()]
    return {line[0]: line[1] for line in words if len(line) == 3 and line[2] == "installed"}


def _conferences(host: Host, bridges: tuple[Bridge, ...]) -> dict[str, int | None]:
    """All at once: dead ones each take 5 s."""

    def count(bridge: Bridge) -> int | None:
        try:
            return BridgeClient(host, bridge).metric("conferences")
        except HttpError:
            return None

    counts = host.parallel.threads([partial(count, bridge) for bridge in bridges])
    return {bridge.nickname: found for bridge, found in zip(bridges, counts, strict=True)}
