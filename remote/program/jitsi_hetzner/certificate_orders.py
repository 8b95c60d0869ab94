"""Orders: when one is needed, what keeps one from being made, and the rehearsal of the next."""

from dataclasses import replace
from functools import partial

from .certbot_trouble import Trouble
from .certificate_run import RETRY, CertificateRun
from .certificate_state import REHEARSAL_PAUSE, Problem, is_over
from .dns import Dns
from .names import Look, caa_problem, look, records_repair
from .x509 import Certificate, day


class Orders:
    """Of one run. Asks the DNS once."""

    def __init__(self, run: CertificateRun, *, urgent: bool) -> None:
        self._run = run
        self._urgent = urgent
        self._dns = Dns(run.host, run.given.resolver)
        found = run.host.parallel.threads([partial(look, self._dns, one) for one in run.given.names])
        self._looks = {one.name: one for one in found}
        self._has_ordered = False

    def order_what_is_needed(self) -> None:
        """For the names that lead here. The rest is told."""
        run = self._run
        current = run.current()
        right = [one.name for one in run.given.names if self._can_be_ordered(self._looks[one.name], current)]
        for one in self._looks.values():
            self._tell_name(one, current, can_be_ordered=one.name in right)
        reason = self._reason(current, right)
        if reason is None or run.given.domain not in right:
            # What the domain's records are is told already.
            return
        order = " ".join([run.given.directory, *right])
        if run.state.may_order(order, run.now(), urgent=self._urgent):
            self._note(order, self._order(right, reason))
        if run.state.order_problem is not None:
            run.problems.append(run.state.order_problem)

    def rehearse(self, lineage: Certificate, *, later: bool) -> None:
        """Once a day, after a change of bridges, and where an operator waits.

        `later`: the timer's next run does it, as it can take minutes.
        """
        run, now = self._run, self._run.now()
        due = run.host.paths.rehearsal_due
        is_wanted = (self._urgent or due.exists()) and not self._has_ordered
        due.unlink(missing_ok=True)
        if is_wanted and later:
            run.state = replace(run.state, rehearsed=0)
            run.is_rehearsal_due = True
            if run.state.rehearsal_problem is not None:
                run.problems.append(_of_the_last(run.state.rehearsal_problem))
            return
        if is_wanted or is_over(run.state.rehearsed, REHEARSAL_PAUSE, now):
            # A name that is not declared any more is in no renewal. Its records are gone.
            declared = [name for name in lineage.names if name in self._looks]
            names = [name for name in declared if self._looks[name].leads_here]
            trouble = run.certbot.rehearse(names or declared or [run.given.domain])
            problem = None if trouble is None else _rehearsal_problem(trouble, lineage)
            run.state = replace(run.state, rehearsed=int(now), rehearsal_problem=problem)
            if trouble is None:
                run.host.info("the rehearsal of a renewal succeeded")
        if run.state.rehearsal_problem is not None:
            run.problems.append(run.state.rehearsal_problem)

    def _can_be_ordered(self, one: Look, current: Certificate | None) -> bool:
        """Also where this host cannot look it up: the ACME server does so itself, and a renewal must lose no name."""
        return one.leads_here or (one.is_unknown and current is not None and current.covers(one.name))

    def _tell_name(self, one: Look, current: Certificate | None, *, can_be_ordered: bool) -> None:
        if not one.problems:
            return
        what = "; ".join(one.problems)
        is_in_it = current is not None and current.covers(one.name)
        effect = (
            "the certificate has it, but cannot be renewed for it" if is_in_it else "no certificate is ordered for it"
        )
        told = what if can_be_ordered else f"{what}; {effect}"
        self._run.tell(told, f"{records_repair(one.name)}. {RETRY}")

    def _reason(self, current: Certificate | None, right: list[str]) -> str | None:
        run = self._run
        if current is None:
            return "there is none that this host can renew"
        is_ours = current.path == run.certbot.lineage
        if is_ours and run.certbot.server() not in (None, run.given.directory):
            return "acmeDirectory has changed"
        missing = [name for name in right if not current.covers(name)]
        if missing:
            return f"{', '.join(missing)} is not in it"
        # That of another tool is renewed by that tool, which does so before the last sixth of the lifetime.
        is_last_sixth = current.ends - run.now() < current.lifetime / 6
        is_due = current.is_due(run.now()) if is_ours else is_last_sixth
        return f"it ends on {day(current.ends)}" if is_due else None

    def _order(self, names: list[str], reason: str) -> Trouble | None:
        issuer = self._run.certbot.issuer()
        if isinstance(issuer, Trouble):
            return issuer
        refused = self._refused_by_caa(names, issuer.caa_identities)
        if refused is not None:
            return refused
        self._run.host.info(f"ordering a certificate for {', '.join(names)}: {reason}")
        return self._run.certbot.order(names)

    def _note(self, order: str, trouble: Trouble | None) -> None:
        """Where a name was refused, there is a certificate and a trouble: the same order waits all the same."""
        run, now = self._run, self._run.now()
        if trouble is None:
            # An order shows what a rehearsal would.
            run.state = replace(run.state.after_order(), rehearsed=int(now), rehearsal_problem=None)
            self._has_ordered = True
            return
        if trouble.was_ordered:
            run.state = run.state.after_failure(order, now, trouble.until)
        run.state = replace(run.state, order_problem=Problem(trouble.cause, _repair(trouble)))

    def _refused_by_caa(self, names: list[str], identities: tuple[str, ...]) -> Trouble | None:
        configured = self._run.given.caa_issuer
        issuers = identities or (() if configured is None else (configured,))
        if not issuers:
            self._run.host.info(
                "CAA records are not checked: the ACME server does not say its name, and acmeCaaIssuer is not set"
            )
            return None
        # What this host cannot look up, the ACME server may.
        known = [name for name in names if not self._looks[name].is_unknown]
        problems = [found for name in known if (found := caa_problem(self._dns, name, issuers)) is not None]
        if not problems:
            return None
        return Trouble(
            "; ".join(dict.fromkeys(problems)),
            f'add to the zone: CAA 0 issue "{issuers[0]}", or remove its CAA records',
            was_ordered=False,
        )


def _rehearsal_problem(trouble: Trouble, lineage: Certificate) -> Problem:
    return Problem(
        f"a renewal would fail: {trouble.cause}; the certificate ends on {day(lineage.ends)}",
        _repair(trouble),
    )


def _of_the_last(problem: Problem) -> Problem:
    """Its cause may be gone. The timer's service replaces this as soon as it knows."""
    told = f"the last rehearsal found: {problem.problem}; another one begins now (npm run status shows its result)"
    return replace(problem, problem=told)


def _repair(trouble: Trouble) -> str:
    """Within a limit there is nothing to do at once."""
    return trouble.repair if trouble.until is not None else f"{trouble.repair}. {RETRY}"
