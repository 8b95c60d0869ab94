"""The certificate of the web host: taken from a bridge, ordered, installed, served, copied."""

from dataclasses import replace
from functools import partial

from .certificate_input import CertificateInput, OwnCertificate, WantedName
from .certificate_orders import Orders
from .certificate_run import RETRY, CertificateRun
from .certificate_state import COPY_PAUSE, CertificateState, Problem, is_over, save_state
from .copies import Copies
from .dns import Dns
from .failure import Failure
from .files import read_text, write_text
from .host import Host
from .names import Look, look, records_repair
from .turn_server import settle
from .x509 import Certificate, belongs_to, day, make_self_signed, read_certificate

SECONDS = 30
RENEWAL_SECONDS = 5


class Keeper:
    """Of one cluster."""

    def __init__(self, host: Host, given: CertificateInput) -> None:
        self._host = host
        self._given = given
        self._run = CertificateRun(host, given)
        self._copies = Copies(host, given)

    def tend(self, *, urgent: bool, rehearse_later: bool = False) -> CertificateState:
        """Does what is to be done now.

        `urgent`: an operator asks, so it also orders and rehearses before its time. `rehearse_later`: the rehearsal is
        left to the timer's service, so that `up` does not wait for it.
        """
        run = self._run
        try:
            self._tend(urgent, rehearse_later)
        except Failure as failure:
            run.tell(failure.problem, failure.repair)
        except OSError as problem:
            run.tell(f"the certificate cannot be kept: {problem}", "is the disk full? df -h")
        run.state = replace(run.state, problems=tuple(run.problems))
        try:
            save_state(self._host.paths.certificate_state, run.state)
        except Failure as failure:
            # A step that fails would keep every bridge that is to be removed.
            told = Problem(failure.problem, failure.repair)
            run.state = replace(run.state, problems=(*run.state.problems, told))
        return run.state

    @property
    def is_rehearsal_due(self) -> bool:
        """Whether a rehearsal was left to the timer's service."""
        return self._run.is_rehearsal_due

    def is_trusted(self) -> bool:
        """Whether clients accept what nginx serves."""
        installed = self._run.site.installed()
        return installed is not None and self._run.clients_accept(installed)

    def _tend(self, urgent: bool, rehearse_later: bool) -> None:
        if self._given.roots is not None:
            write_text(self._host.paths.acme_authority, self._given.roots)
        else:
            # Of other settings. The TURN server would trust it.
            self._host.paths.acme_authority.unlink(missing_ok=True)
        if self._given.tls == "letsencrypt":
            self._tend_issued(urgent, rehearse_later)
        else:
            self._write_names()
            self._tell_names()
            if self._given.tls == "self-signed":
                self._leave_other_kinds()
            elif self._given.own is not None:
                self._install_own(self._given.own)
        self._serve()

    def _install_own(self, own: OwnCertificate) -> None:
        run = self._run
        if run.site.install(own.chain, own.key):
            self._host.info(f"installed the certificate of the settings for {self._given.domain}")
        installed = run.site.installed()
        run.state = replace(run.state, own="" if installed is None else installed.fingerprint)

    def _leave_other_kinds(self) -> None:
        """One that this program ordered, or got from the settings, is renewed by nobody now. Others stay."""
        run = self._run
        installed = run.site.installed()
        lineage = read_certificate(self._host.commands, run.certbot.lineage)
        ours = {run.state.own, run.state.trusted, "" if lineage is None else lineage.fingerprint}
        if installed is None or installed.fingerprint not in ours:
            return
        run.site.install(*make_self_signed(self._host.commands, self._given.domain))
        self._host.info(
            f"installed a self-signed certificate for {self._given.domain}, as tls asks; the one of before was from "
            f"{installed.issuer}. Browsers that insist on HTTPS since then refuse the new one"
        )

    def _write_names(self) -> None:
        if self._run.site.write_names([one.name for one in self._given.names]):
            # Challenges for the other names need it.
            self._reload()

    def _tell_names(self) -> None:
        """Where nothing is ordered; an order tells it by itself."""
        for one in self._host.parallel.threads([partial(self._look, one) for one in self._given.names]):
            if one is not None and one.problems and not one.is_unknown:
                self._run.tell("; ".join(one.problems), f"{records_repair(one.name)}. {RETRY}")

    def _look(self, wanted: WantedName) -> Look | None:
        """None where the zone cannot be asked from here: it may be one of the participants' own network.

        No ACME server has to find this host, so the resolver of the settings has the last word: such a network can have
        other records than the zone in public.
        """
        dns = Dns(self._host, self._given.resolver)
        servers = () if self._given.resolver else dns.servers(wanted.name)
        return look(dns, wanted, servers) if servers or self._given.resolver else None

    def _tend_issued(self, urgent: bool, rehearse_later: bool) -> None:
        run = self._run
        self._make_lineage_whole()
        self._write_names()
        orders = Orders(run, urgent=urgent)
        orders.order_what_is_needed()
        lineage = run.usable(run.certbot.lineage)
        if lineage is not None:
            self._install(lineage)
            self._store(lineage, urgent)
            orders.rehearse(lineage, later=rehearse_later)

    def _make_lineage_whole(self) -> None:
        """On a new web host there is none. On any host, a file of it can be lost."""
        certbot = self._run.certbot
        is_there = certbot.lineage.exists()
        # A renewal of another run replaces the files one after the other.
        if certbot.is_whole() or (is_there and self._host.wait_for(RENEWAL_SECONDS, "certbot", certbot.is_whole)):
            return
        if is_there:
            self._host.info(f"certbot has not all files of the certificate for {self._given.domain}")
        if self._copies.take():
            self._host.info("took the certificates of before from a bridge")
        if not certbot.is_whole():
            certbot.forget()

    def _install(self, lineage: Certificate) -> None:
        run = self._run
        installed = run.usable(run.site.certificate)
        is_other = installed is not None and installed.fingerprint not in (lineage.fingerprint, run.state.own)
        if installed is not None and is_other and installed.ends > lineage.ends:
            # Of another tool, such as Jitsi's own script: newer than ours.
            covers_all = all(installed.covers(name) for name in lineage.names)
            if covers_all and run.clients_accept(installed):
                return
        chain, key = read_text(run.certbot.lineage), read_text(run.certbot.lineage_key)
        if chain is None or key is None:
            raise Failure(f"{run.certbot.lineage_key} is missing", RETRY)
        if run.site.install(chain, key):
            self._host.info(
                f"installed the certificate for {', '.join(lineage.names)}, valid until {day(lineage.ends)}"
            )
        if run.clients_accept(lineage):
            run.state = replace(run.state, trusted=lineage.fingerprint)

    def _store(self, lineage: Certificate, urgent: bool) -> None:
        """Once a day, and at each step: other bridges may have to keep it."""
        run, now = self._run, self._run.now()
        is_new = lineage.fingerprint != run.state.copied
        if not urgent and not is_new and not is_over(run.state.copied_at, COPY_PAUSE, now):
            return
        problems = self._copies.store()
        if problems:
            told = "; ".join(f"{nickname}: {problem}" for nickname, problem in problems.items())
            run.tell(
                f"fewer than two bridges keep a copy of the certificates ({told}); a new web host would order again",
                "check these bridges (npm run status). This host tries again by itself",
            )
            return
        run.state = replace(run.state, copied=lineage.fingerprint, copied_at=int(now))
        if self._given.copies and is_new:
            self._host.info("bridges keep a copy of the certificates, encrypted")

    def _serve(self) -> None:
        run, site = self._run, self._run.site
        installed = site.installed()
        if installed is None:
            raise Failure(f"{site.certificate} is missing or damaged", "npm run repair -- web")
        if not belongs_to(self._host.commands, site.certificate, site.key):
            raise Failure(f"{site.key} is not the key of {site.certificate}", "npm run repair -- web")
        is_trusted = run.clients_accept(installed)
        is_new_site = site.write_https(is_trusted=is_trusted)
        if is_new_site or not site.is_served():
            site.serve()
        # It has the same certificate, and waits for one that browsers trust.
        settle(self._host)
        if self._given.tls != "self-signed" and not is_trusted:
            run.tell(
                f"browsers do not trust the certificate of https://{self._given.domain} (issuer: {installed.issuer}, "
                f"valid until {day(installed.ends)})",
                RETRY if self._given.tls == "letsencrypt" else "replace tlsCertificate and tlsKey; then: pulumi up",
            )

    def _reload(self) -> None:
        if self._host.commands.run("nginx", "-t", seconds=SECONDS).code == 0:
            self._host.commands.run("systemctl", "reload-or-restart", "nginx", seconds=SECONDS)
