"""The certificate of the web host: where it comes from, when it is ordered, and what is told about it."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from .certbot import Certbot, Trouble
from .certificate_input import CertificateInput
from .certificate_state import REHEARSAL_PAUSE, CertificateState, Problem, load_state, save_state
from .copies import Copies
from .dns import Dns
from .failure import Failure
from .files import read_text, write_text
from .host import Host
from .names import Look, caa_problem, look
from .site import Site
from .x509 import Certificate, belongs_to, day, is_trusted, read_certificate

RETRY = "this host tries again by itself; at once: jitsi-hetzner certificate --tend --now, on the web host"


class Keeper:
    """Of one cluster. One run at a time: the verb has a lock."""

    def __init__(self, host: Host, given: CertificateInput) -> None:
        self._host = host
        self._given = given
        self._certbot = Certbot(host, given)
        self._site = Site(host, given)
        self._copies = Copies(host, given)
        self._state = self._load_state()
        self._problems: list[Problem] = []
        self._has_ordered = False

    def tend(self, *, urgent: bool) -> CertificateState:
        """Does what is to be done now. `urgent`: an operator waits, so it also orders and rehearses before its time."""
        try:
            self._tend(urgent)
        except Failure as failure:
            self._tell(failure.problem, failure.repair)
        except OSError as problem:
            self._tell(f"the certificate cannot be kept: {problem}", "is the disk full? df -h")
        self._state = replace(self._state, problems=tuple(self._problems))
        save_state(self._host.paths.certificate_state, self._state)
        return self._state

    def is_trusted(self) -> bool:
        """Whether clients accept what nginx serves."""
        installed = self._site.installed()
        return installed is not None and self._clients_accept(installed)

    def _load_state(self) -> CertificateState:
        """What is remembered saves orders, and nothing depends on it."""
        try:
            return load_state(self._host.paths.certificate_state)
        except Failure as failure:
            self._host.info(
                f"{self._host.paths.certificate_state} is not used, because it cannot be read: {failure.problem}"
            )
            return CertificateState()

    def _tend(self, urgent: bool) -> None:
        if self._given.authority is not None:
            write_text(self._host.paths.acme_authority, self._given.authority)
        if self._given.tls == "letsencrypt":
            self._tend_issued(urgent)
        elif self._given.own is not None and self._site.install(self._given.own.chain, self._given.own.key):
            self._host.info(f"installed the certificate of the settings for {self._given.domain}")
        self._serve()

    # -- tls: letsencrypt

    def _tend_issued(self, urgent: bool) -> None:
        if read_certificate(self._host.commands, self._certbot.lineage) is None and self._copies.take():
            self._host.info("took the certificates of before from a bridge")
        looks = self._looks()
        if self._site.write_names([one.name for one in self._given.names]):
            # Challenges for the other names need it.
            self._reload_names()
        self._order_what_is_needed(looks, urgent)
        lineage = self._usable(self._certbot.lineage)
        if lineage is not None:
            self._install(lineage)
            self._store(lineage)
            self._rehearse(lineage, looks, urgent)

    def _looks(self) -> dict[str, Look]:
        dns = self._dns()
        found = self._host.parallel.threads([partial(look, dns, one) for one in self._given.names])
        return {one.name: one for one in found}

    def _dns(self) -> Dns:
        return Dns(self._host.commands, self._given.resolver)

    def _order_what_is_needed(self, looks: dict[str, Look], urgent: bool) -> None:
        current = self._current()
        right = [one.name for one in self._given.names if looks[one.name].leads_here]
        self._tell_names(looks, current)
        reason = self._reason_for_order(current, right)
        if reason is None or self._given.domain not in right:
            # What its records are is told already.
            return
        order = " ".join([self._given.directory, *right])
        now = self._now()
        if self._state.may_order(order, now, urgent=urgent):
            trouble = self._order(right, reason)
            self._note_order(order, now, trouble)
        if self._state.order_problem is not None:
            self._problems.append(self._state.order_problem)

    def _note_order(self, order: str, now: float, trouble: Trouble | None) -> None:
        if trouble is None:
            # An order shows what a rehearsal would.
            self._state = replace(self._state.after_order(), rehearsed=int(now), rehearsal_problem=None)
            self._has_ordered = True
            return
        if trouble.was_ordered:
            self._state = self._state.after_failure(order, now, trouble.until)
        self._state = replace(self._state, order_problem=Problem(trouble.cause, f"{trouble.repair}. {RETRY}"))

    def _reason_for_order(self, current: Certificate | None, right: list[str]) -> str | None:
        if current is None:
            return "there is none"
        is_ours = current.path == self._certbot.lineage
        if is_ours and self._certbot.server() not in (None, self._given.directory):
            return "acmeDirectory has changed"
        missing = [name for name in right if not current.covers(name)]
        if missing:
            return f"{', '.join(missing)} is not in it"
        # That of another tool is renewed by that tool, which does so before the last sixth of the lifetime.
        is_last_sixth = current.ends - self._now() < current.lifetime / 6
        is_due = current.is_due(self._now()) if is_ours else is_last_sixth
        return f"it ends on {day(current.ends)}" if is_due else None

    def _order(self, names: list[str], reason: str) -> Trouble | None:
        issuer = self._certbot.issuer()
        if isinstance(issuer, Trouble):
            return issuer
        refused = self._refused_by_caa(names, issuer.caa_identities)
        if refused is not None:
            return refused
        self._host.info(f"ordering a certificate for {', '.join(names)}: {reason}")
        return self._certbot.order(names)

    def _refused_by_caa(self, names: list[str], identities: tuple[str, ...]) -> Trouble | None:
        configured = (self._given.caa_issuer,) if self._given.caa_issuer else ()
        issuers = identities or configured
        if not issuers:
            self._host.info(
                "CAA records are not checked: the ACME server does not say its name, and acmeCaaIssuer is not set"
            )
            return None
        problems = [found for name in names if (found := caa_problem(self._dns(), name, issuers)) is not None]
        if not problems:
            return None
        return Trouble(
            "; ".join(dict.fromkeys(problems)),
            f'add to the zone: CAA 0 issue "{issuers[0]}", or remove its CAA records',
            was_ordered=False,
        )

    def _current(self) -> Certificate | None:
        """The best that there is: ours, or one that another tool put into nginx's file."""
        ours = self._usable(self._certbot.lineage)
        if ours is not None:
            return ours
        installed = self._usable(self._site.certificate)
        return installed if installed is not None and self._clients_accept(installed) else None

    def _usable(self, path: Path) -> Certificate | None:
        """None also for one that clients accepted once and do not any more: its issuer is another one now."""
        found = read_certificate(self._host.commands, path)
        if found is None or found.is_self_signed or found.ends <= self._now() or not found.covers(self._given.domain):
            return None
        was_accepted = found.fingerprint == self._state.trusted
        return None if was_accepted and not self._clients_accept(found) else found

    def _clients_accept(self, certificate: Certificate) -> bool:
        name = self._given.domain
        return is_trusted(self._host.commands, certificate.path, name, self._certbot.authority())

    def _install(self, lineage: Certificate) -> None:
        installed = self._usable(self._site.certificate)
        if installed is not None and installed.fingerprint != lineage.fingerprint and installed.ends > lineage.ends:
            # Of another tool, such as Jitsi's own script: newer than ours.
            covers_all = all(installed.covers(name) for name in lineage.names)
            if covers_all and self._clients_accept(installed):
                return
        chain, key = read_text(self._certbot.lineage), read_text(self._certbot.lineage_key)
        if chain is None or key is None:
            raise Failure(f"{self._certbot.lineage_key} is missing", "npm run repair -- web")
        if self._site.install(chain, key):
            self._host.info(
                f"installed the certificate for {', '.join(lineage.names)}, valid until {day(lineage.ends)}"
            )
        if self._clients_accept(lineage):
            self._state = replace(self._state, trusted=lineage.fingerprint)

    def _store(self, lineage: Certificate) -> None:
        """Also where the same certificate was stored before: another bridge may have to keep it."""
        problems = self._copies.store()
        if problems:
            told = "; ".join(f"{nickname}: {problem}" for nickname, problem in problems.items())
            self._tell(
                f"fewer than two bridges keep a copy of the certificates ({told}); a new web host would order again",
                "check these bridges (npm run status); this host tries again by itself",
            )
            return
        if self._given.copies and lineage.fingerprint != self._state.copied:
            self._state = replace(self._state, copied=lineage.fingerprint)
            self._host.info("bridges keep a copy of the certificates, encrypted")

    def _rehearse(self, lineage: Certificate, looks: dict[str, Look], urgent: bool) -> None:
        now = self._now()
        is_wanted = urgent and not self._has_ordered
        if is_wanted or now - self._state.rehearsed >= REHEARSAL_PAUSE:
            names = [name for name in lineage.names if name not in looks or looks[name].leads_here]
            trouble = self._certbot.rehearse(names or list(lineage.names))
            problem = None if trouble is None else _rehearsal_problem(trouble, lineage)
            self._state = replace(self._state, rehearsed=int(now), rehearsal_problem=problem)
            if trouble is None:
                self._host.info("the rehearsal of a renewal succeeded")
        if self._state.rehearsal_problem is not None:
            self._problems.append(self._state.rehearsal_problem)

    # -- for all kinds

    def _serve(self) -> None:
        installed = self._site.installed()
        if installed is None:
            raise Failure(f"{self._site.certificate} is missing or damaged", "npm run repair -- web")
        if not belongs_to(self._host.commands, self._site.certificate, self._site.key):
            raise Failure(f"{self._site.key} is not the key of {self._site.certificate}", "npm run repair -- web")
        if not self._site.is_served():
            self._site.serve()
        if self._given.tls != "self-signed" and not self._clients_accept(installed):
            self._tell(
                f"browsers do not trust the certificate of https://{self._given.domain} (issuer: {installed.issuer}, "
                f"valid until {day(installed.ends)})",
                RETRY if self._given.tls == "letsencrypt" else "replace tlsCertificate and tlsKey; then: pulumi up",
            )

    def _reload_names(self) -> None:
        if self._host.commands.run("nginx", "-t", seconds=30).code == 0:
            self._host.commands.run("systemctl", "reload-or-restart", "nginx", seconds=30)

    def _tell_names(self, looks: dict[str, Look], current: Certificate | None) -> None:
        for one in looks.values():
            if not one.problems:
                continue
            what = "; ".join(one.problems)
            kept = current is not None and current.covers(one.name)
            effect = (
                "the certificate has it, but cannot be renewed for it" if kept else "no certificate is ordered for it"
            )
            told = what if one.leads_here else f"{what}; {effect}"
            self._tell(told, f"correct the records of {one.name}. {RETRY}")

    def _tell(self, problem: str, repair: str) -> None:
        self._problems.append(Problem(problem, repair))

    def _now(self) -> float:
        return self._host.clock.wall_clock_ns() / 1e9


def _rehearsal_problem(trouble: Trouble, lineage: Certificate) -> Problem:
    return Problem(
        f"a renewal would fail: {trouble.cause}; the certificate ends on {day(lineage.ends)}",
        f"{trouble.repair}. {RETRY}",
    )
