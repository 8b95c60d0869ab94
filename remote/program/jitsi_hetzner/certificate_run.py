"""One run that looks after the certificate: what all of its parts use, and what they found."""

from pathlib import Path

from .certbot import Certbot
from .certificate_input import CertificateInput
from .certificate_state import CertificateState, Problem, load_state
from .failure import Failure
from .host import Host
from .site import Site
from .x509 import Certificate, is_trusted, read_certificate

RETRY = "This host tries again by itself; at once: jitsi-hetzner certificate --tend --now, on the web host"


class CertificateRun:
    """One at a time: the verb has a lock."""

    def __init__(self, host: Host, given: CertificateInput) -> None:
        self.host = host
        self.given = given
        self.certbot = Certbot(host, given)
        self.site = Site(host, given)
        self.state = self._load_state()
        self.problems: list[Problem] = []
        # Whether the timer's service is to run at once.
        self.is_rehearsal_due = False

    def tell(self, problem: str, repair: str) -> None:
        """What an operator has to know."""
        self.problems.append(Problem(problem, repair))

    def now(self) -> float:
        """Seconds since 1970."""
        return self.host.clock.wall_clock_ns() / 1e9

    def current(self) -> Certificate | None:
        """The best that there is: ours, or one that another tool put into nginx's file."""
        ours = self.usable(self.certbot.lineage)
        if ours is not None:
            return ours
        installed = self.usable(self.site.certificate)
        if installed is None or self.is_of_own_settings(installed) or not self.clients_accept(installed):
            return None
        # certbot ordered it, and has lost it.
        return None if installed.fingerprint == self.state.trusted else installed

    def is_of_own_settings(self, installed: Certificate) -> bool:
        """Whether it came with `tls: own`. With another kind nobody renews it."""
        return installed.fingerprint == self.state.own

    def usable(self, path: Path) -> Certificate | None:
        """None also for one that clients accepted once and do not any more: its issuer is another one now."""
        found = read_certificate(self.host.commands, path)
        if found is None or found.is_self_signed or found.ends <= self.now() or not found.covers(self.given.domain):
            return None
        was_accepted = found.fingerprint == self.state.trusted
        return None if was_accepted and not self.clients_accept(found) else found

    def clients_accept(self, certificate: Certificate) -> bool:
        """Whether its issuer is trusted, and it is for the domain, now."""
        return is_trusted(self.host.commands, certificate.path, self.given.domain, self.certbot.authority())

    def _load_state(self) -> CertificateState:
        """What is remembered saves orders, and nothing depends on it."""
        path = self.host.paths.certificate_state
        try:
            return load_state(path)
        except Failure as failure:
            self.host.info(f"{path} is not used, because it cannot be read: {failure.problem}")
            return CertificateState()
