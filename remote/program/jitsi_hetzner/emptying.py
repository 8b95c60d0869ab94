"""Empties a bridge: jicofo moves participants to other bridges where it can, the others are waited for."""

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from .bridge import State
from .bridge_client import BridgeClient
from .failure import Failure
from .host import Host
from .http_client import HttpError
from .jicofo import Jicofo, JicofoBridge, Seen
from .policy_file import DrainPolicy, read_drain_policy

PAUSE_SECONDS = 2
REPORT_SECONDS = 30


class Outcome(Enum):
    """How a wait for an empty bridge ends."""

    EMPTY = "empty"
    # The policy's time is over, and participants are left.
    TIME_IS_OVER = "time is over"
    # A bridge whose REST API was silent answers, so it can be drained as any other.
    ANSWERS_AGAIN = "answers again"


@dataclass
class Count:
    """How many participants are left, and by whose word."""

    # None: nobody can tell.
    left: int | None = None
    by: Literal["bridge", "jicofo"] = "bridge"
    # Why the bridge does not say.
    problem: str = ""

    def __str__(self) -> str:
        return "unknown" if self.left is None else str(self.left)


class Emptying:
    """One bridge. It is in drain mode, or does not answer."""

    def __init__(self, host: Host, client: BridgeClient, jicofo: Jicofo) -> None:
        self._host = host
        self._client = client
        self._jicofo = jicofo
        self._name = client.bridge.name
        self._silent_since = 0.0
        self.count = Count()
        self.policy = DrainPolicy(0, is_forced=False)

    def read_policy(self) -> None:
        """Fails where there is none."""
        self.policy = read_drain_policy(self._host.paths.policy)

    def wait_until_jicofo_knows(self) -> None:
        """jicofo learns of drain mode by the bridge's next presence. Moved before, participants would come back."""
        if not self._host.wait_for(
            self._host.waits.presence,
            f"jicofo to see that {self._name} is draining",
            lambda: self._jicofo.finds(self._client.bridge, draining=True),
        ):
            seen = self._jicofo.view(self._client.bridge)
            words = seen.value if isinstance(seen, Seen) else seen.reason
            self._host.info(f"jicofo does not see that {self._name} is draining ({words})")

    def wait(self, silent_for: float | None = None) -> Outcome:
        """Until it is empty, at most the policy's time. A policy that is written meanwhile is obeyed.

        `silent_for`: for so many seconds the REST API has been silent already.
        """
        start = self._host.clock.now()
        self._silent_since = start - (silent_for or 0)
        self.count = Count()
        report_at, move_at, move_pause = 0.0, 0.0, self._host.waits.first_move_pause
        while True:
            self.read_policy()
            self._look()
            if silent_for is not None and self.count.by == "bridge" and self.count.left is not None:
                return Outcome.ANSWERS_AGAIN
            if self.count.left == 0:
                return Outcome.EMPTY
            passed = self._host.clock.now() - start
            if passed >= report_at:
                self._report(passed)
                report_at = passed + REPORT_SECONDS
            # A move that finds no better bridge disturbs those who stay: not too often.
            if self.count.left is not None and passed >= move_at:
                move_at, move_pause = passed + move_pause, move_pause * 2
                if self.move_participants():
                    self._host.clock.sleep(PAUSE_SECONDS)
                    continue
            if passed >= self.policy.timeout_seconds:
                return Outcome.TIME_IS_OVER
            self._host.clock.sleep(PAUSE_SECONDS)

    def say_empty(self, addition: str = "") -> None:
        """After wait has returned EMPTY."""
        if self.count.by == "bridge":
            self._host.info(f"{self._name} is empty{addition}")
        else:
            self._host.info(f"{self._name} does not answer, and jicofo has no participants on it{addition}")

    def wait_unreachable(self, state: State) -> Outcome:
        """For a bridge whose REST API is silent: jicofo's own count of its participants is believed, nothing less."""
        view = "does not list it" if state is State.GONE else "finds it not operational"
        self._host.info(f"{self._name} is {state.value}: it does not answer, and jicofo {view}")
        outcome = self.wait(self._host.waits.silent)
        if outcome is Outcome.EMPTY:
            self.say_empty()
        if outcome is Outcome.ANSWERS_AGAIN:
            self._host.info(f"{self._name} answers again")
        return outcome

    def move_participants(self) -> bool:
        """Whether jicofo has moved any. Where it has not, the reason is shown."""
        name = self._name
        try:
            own, others = self._split(self._jicofo.bridges())
        except HttpError as problem:
            return self._moves_none(f"jicofo cannot be asked to move participants off {name} ({problem})")
        if own is None:
            return self._moves_none(f"jicofo does not list {name}, so it moves no participants off it")
        if not any(other.takes_participants for other in others):
            return self._moves_none(f"no other bridge can take participants from {name}")
        try:
            moved = self._jicofo.move_all(own.jid)
        except HttpError as problem:
            return self._moves_none(f"jicofo could not move participants off {name} ({problem})")
        self._host.info(f"{name}: jicofo moves participants to other bridges: {moved}")
        return moved > 0

    def _moves_none(self, reason: str) -> bool:
        self._host.info(f"{reason}; they are waited for")
        return False

    def _split(self, bridges: list[JicofoBridge]) -> tuple[JicofoBridge | None, list[JicofoBridge]]:
        nickname = self._client.bridge.nickname
        own = [bridge for bridge in bridges if bridge.nickname == nickname]
        others = [bridge for bridge in bridges if bridge.nickname != nickname]
        return (own[0] if own else None), others

    def _look(self) -> None:
        """A bridge that is dead to REST and jicofo may still carry participants by its public address."""
        try:
            self.count = Count(self._client.participants())
            self._silent_since = self._host.clock.now()
            return
        except HttpError as problem:
            self.count = Count(None, self.count.by, str(problem))
        silent = self._host.clock.now() - self._silent_since
        if silent < self._host.waits.silent:
            return
        if self._jicofo.view(self._client.bridge) in (Seen.GONE, Seen.DEAD):
            self._count_by_jicofo()
        elif silent >= self._host.waits.judge and not self.policy.is_forced:
            # To wait for hours for an answer that never comes helps no participant.
            raise Failure(
                f"{self._name} does not say how many participants are on it: {self.count.problem}",
                "on the bridge: systemctl status jitsi-videobridge2; then: pulumi up",
            )

    def _count_by_jicofo(self) -> None:
        if self.count.by == "bridge":
            self._host.info(f"{self._name} does not answer: participants are counted by jicofo")
        self.count.by = "jicofo"
        try:
            self.count.left = self._jicofo.participants(self._client.bridge)
        except HttpError:
            # Shown as unknown, and waited for.
            self.count.left = None

    def _report(self, passed: float) -> None:
        limit = self.policy.timeout_seconds
        problem = f", {self.count.problem}" if self.count.problem else ""
        self._host.info(
            f"{self._host.messages.how_to_end(limit)}"
            f"{self._name}: participants left: {self.count} ({passed:.0f} of {limit:.0f} s{problem})"
        )
