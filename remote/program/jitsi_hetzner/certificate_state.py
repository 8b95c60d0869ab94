"""What this host remembers of its certificates between two runs of the timer."""

from dataclasses import dataclass, replace
from pathlib import Path

from .decode import decode, encode
from .files import read_text, write_text

HOUR = 3600
# The first pause after an order that failed, doubled by each further one. Let's Encrypt takes five failed validations
# of a name in an hour.
FIRST_PAUSE = HOUR
LONGEST_PAUSE = 12 * HOUR
REHEARSAL_PAUSE = 24 * HOUR
COPY_PAUSE = 24 * HOUR


@dataclass(frozen=True)
class Problem:
    """Something that an operator has to know."""

    problem: str
    repair: str


@dataclass(frozen=True)
class CertificateState:
    """Moments are seconds since 1970; 0 for never."""

    # Of the last run.
    problems: tuple[Problem, ...] = ()
    # Orders that failed, one after the other.
    failures: int = 0
    # The timer orders nothing before this moment.
    next_order: int = 0
    # Nobody orders anything before this moment: a rate limit of the ACME server.
    limited_until: int = 0
    # Of the last order, where it failed.
    order_problem: Problem | None = None
    # What the order is for. A pause holds only for the same order.
    ordered: str = ""
    # How many certificates were issued to this host.
    orders: int = 0
    rehearsed: int = 0
    # Of the last rehearsal.
    rehearsal_problem: Problem | None = None
    # Fingerprint of the last certificate that clients would accept.
    trusted: str = ""
    # Fingerprint of the last certificate of the settings (tls: own) that this host installed.
    own: str = ""
    # Fingerprint of the last certificate that bridges keep a copy of.
    copied: str = ""
    copied_at: int = 0

    def after_failure(self, order: str, now: float, until: float | None) -> "CertificateState":
        """The next order waits."""
        failures = self.failures + 1 if order == self.ordered else 1
        pause = min(FIRST_PAUSE * 2 ** (failures - 1), LONGEST_PAUSE)
        return replace(
            self, failures=failures, ordered=order, next_order=int(now + pause), limited_until=int(until or 0)
        )

    def after_order(self) -> "CertificateState":
        """A certificate was issued."""
        return replace(
            self, failures=0, ordered="", next_order=0, limited_until=0, order_problem=None, orders=self.orders + 1
        )

    def may_order(self, order: str, now: float, *, urgent: bool) -> bool:
        """Another order than the one that failed need not wait, and one that an operator asks for only for a limit."""
        if order != self.ordered:
            return True
        # A longer pause was noted while the clock of this host was wrong.
        is_paused = now < self.next_order <= now + LONGEST_PAUSE
        return now >= self.limited_until and (urgent or not is_paused)


def is_over(since: int, pause: int, now: float) -> bool:
    """Whether so many seconds have passed. A moment in the future was noted while the clock of this host was wrong."""
    return not 0 <= now - since < pause


def load_state(path: Path) -> CertificateState:
    """The first one where there is none. Raises Failure where another program wrote another form."""
    text = read_text(path)
    return CertificateState() if text is None else decode(text, CertificateState)


def save_state(path: Path, state: CertificateState) -> None:
    """Without secrets: `status` reads it."""
    write_text(path, encode(state))
