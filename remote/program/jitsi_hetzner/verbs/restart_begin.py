"""restart-begin: before a bridge restarts, to take new settings or because jicofo cannot use it.

It takes no new participants, and those on it are moved or waited for. Giving up puts it back as it was, and fails. The
result is the turn: the steps after this one have it in their inputs, so they run whenever this has done something, even
where its own settings went back to what they were. A turn that ends with -restart asks for a restart with the same
settings.
"""

from argparse import Namespace
from dataclasses import dataclass

from ..bridge import Goal, State
from ..cutting import expect_cut_allowed
from ..decode import Word
from ..emptying import Emptying, Outcome
from ..failure import Failure
from ..host import Host
from ..http_client import HttpError
from ..jicofo import Jicofo, Unknown
from ..judgement import judge
from ..locks import Purpose
from ..registry import Note
from ..restart_input import RestartInput
from ..service import Service, otherwise
from ..verb import Verb


@dataclass(frozen=True)
class Turn:
    """Another text each time that the steps after this one have something to do."""

    turn: Word


class RestartBegin:
    """Of one bridge."""

    def __init__(self, host: Host, given: RestartInput) -> None:
        self._host = host
        self._given = given
        self._bridge = given.bridge.bridge
        self._service = Service(host, self._bridge)
        self._jicofo = Jicofo(host)
        self._emptying = Emptying(host, self._service.client, self._jicofo)

    def run(self) -> Turn:
        """The turn of before where the bridge runs with its settings and jicofo can use it."""
        suffix, name = "", self._bridge.name
        note = self._note_of_these_settings()
        if note is not None and self._service.registry.goal_of(self._bridge) is not Goal.OUT:
            if self._is_usable():
                self._host.info(f"{name} runs with its settings")
                return Turn(note.turn)
            self._host.info(f"jicofo cannot use {name} ({self._state()}): it restarts")
            suffix = "-restart"
        self._host.locks.take_over(self._bridge, Purpose.OUT)
        self._take_out()
        return Turn(f"{self._host.clock.wall_clock_ns()}{suffix}")

    def _note_of_these_settings(self) -> Note | None:
        """An older note may have the hash that the program before had for them."""
        note = self._service.registry.note(self._bridge)
        known = (self._given.settings_hash, self._given.former_hash)
        return note if note is not None and note.settings_hash in known else None

    def _is_usable(self) -> bool:
        """By jicofo's word: a bridge that has lost its connection says itself that it has joined.

        Where jicofo cannot tell, no bridge is to blame.
        """
        if self._host.wait_for(
            self._host.waits.usable,
            f"jicofo to find {self._bridge.name} operational",
            lambda: self._jicofo.finds(self._bridge, usable=True),
        ):
            return True
        return isinstance(self._jicofo.view(self._bridge), Unknown)

    def _state(self) -> str:
        try:
            found = self._jicofo.find(self._bridge)
        except HttpError as problem:
            return str(problem)
        return "not in its list" if found is None else found.state

    def _take_out(self) -> None:
        state = judge(self._host, self._service.client, self._jicofo)
        if isinstance(state, Unknown):
            raise Failure(state.reason, "repair it, then: pulumi up")
        if state is not State.ALIVE and self._restarts_unreachable(state):
            self._service.registry.take_out_for_restart(self._bridge)
            return
        self._jicofo.expect(f"{self._bridge.name} stays in service, with its old settings")
        with otherwise(self._host, self._back_as_it_was):
            self._service.take_out_of_service(Goal.OUT)
            self._emptying.wait_until_jicofo_knows()
            if self._emptying.wait() is Outcome.EMPTY:
                self._emptying.say_empty(", and it is out of service for its restart")
            else:
                self._expect_cut_allowed("it goes back into service with its old settings")

    def _restarts_unreachable(self, state: State) -> bool:
        outcome = self._emptying.wait_unreachable(state)
        if outcome is Outcome.TIME_IS_OVER:
            self._expect_cut_allowed("it does not answer and is not restarted")
        return outcome is not Outcome.ANSWERS_AGAIN

    def _expect_cut_allowed(self, consequence: str) -> None:
        name = self._bridge.name
        expect_cut_allowed(self._host, self._emptying, name, f"by the restart of {name}", consequence)

    def _back_as_it_was(self) -> None:
        registry = self._service.registry
        if registry.is_to_be_empty(self._bridge):
            registry.set_goal(self._bridge, Goal.DRAINED)
        else:
            self._service.serve_again()


def run(host: Host, given: RestartInput, _arguments: Namespace) -> Turn:
    """As a step."""
    return RestartBegin(host, given).run()


VERB = Verb(
    summary="takes a bridge out of service for a restart",
    description="Does nothing where the bridge runs with the settings of the JSON and jicofo can use it.",
    takes=RestartInput,
    gives=Turn,
    run=run,
)
