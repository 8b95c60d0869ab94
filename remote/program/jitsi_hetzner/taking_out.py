"""Before a bridge restarts, to take new settings or because jicofo cannot use it.

It takes no new participants, and those on it are moved or waited for. Giving up puts it back as it was, and fails.
"""

from .bridge import Bridge, Goal, State
from .cutting import expect_cut_allowed
from .emptying import Emptying, Outcome
from .failure import Failure
from .host import Host
from .jicofo import Jicofo, Unknown
from .judgement import judge
from .locks import Purpose
from .putting_back import otherwise
from .service import Service


class TakingOut:
    """Of one bridge."""

    def __init__(self, host: Host, bridge: Bridge) -> None:
        self._host = host
        self._bridge = bridge
        self._service = Service(host, bridge)
        self._jicofo = Jicofo(host)
        self._emptying = Emptying(host, self._service.client, self._jicofo)

    def run(self) -> None:
        """Until it is empty, or its participants may be cut off. Its goal is then OUT."""
        self._host.locks.take_over(self._bridge, Purpose.OUT)
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
