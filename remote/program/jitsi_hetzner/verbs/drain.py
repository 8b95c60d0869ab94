"""drain: a bridge leaves the cluster.

No participant is sent there any more, those on it are moved or waited for, then its program ends. Giving up puts the
bridge back into service and fails. It runs on the web host, so that a dead bridge cannot block its own drain.
"""

from argparse import Namespace

from ..bridge import Bridge, Goal, State
from ..by_hand import bridge_argument, for_known_bridge, has_bridge
from ..cutting import REPAIR, expect_cut_allowed
from ..emptying import Emptying, Outcome
from ..failure import Failure
from ..host import Host
from ..http_client import HttpError
from ..jicofo import Jicofo, Seen, Unknown
from ..judgement import judge
from ..locks import Purpose
from ..occupant import forget_occupant
from ..putting_back import otherwise
from ..service import Service
from ..service_input import ServiceInput
from ..turn_peers import Peers
from ..verb import Verb

KEEP_IT = "\n    or keep it: set jvbCount back, or take its number out of removedBridges"
KEEP_MACHINE = "\n    or keep it: put it back into existingNodes"


class Drain:
    """Of one bridge."""

    def __init__(self, host: Host, bridge: Bridge) -> None:
        self._host = host
        self._bridge = bridge
        self._service = Service(host, bridge)
        self._jicofo = Jicofo(host)
        self._emptying = Emptying(host, self._service.client, self._jicofo)

    def run(self) -> None:
        """To the bridge's end, or to its being back in service."""
        self._emptying.read_policy()
        self._host.locks.take_over(self._bridge, Purpose.LEAVING)
        state = judge(self._host, self._service.client, self._jicofo)
        if isinstance(state, Unknown):
            raise Failure(state.reason, f"repair it, then: pulumi up; or take the drain out: {self._skip()}")
        if state is State.ALIVE or not self._leaves_unreachable(state):
            self._leave()
        self._has_left()

    def _skip(self) -> str:
        name = self._bridge.name
        return f"npm run drain:skip -- {name if self._bridge.is_forwarded else name.rpartition('-')[2]}"

    def _leave(self) -> None:
        """For a bridge that answers."""
        self._jicofo.expect(f"{self._bridge.name} stays in service")
        with otherwise(self._host, self._back_in_service):
            self._service.take_out_of_service(Goal.LEAVING)
            self._emptying.wait_until_jicofo_knows()
            if self._emptying.wait() is not Outcome.EMPTY:
                self._cut_off()
                return
            self._emptying.say_empty()
            self._end_program(is_graceful=True)
            # A participant may have come in the very last moment.
            if not self._service.has_ended() and self._emptying.wait() is not Outcome.EMPTY:
                self._cut_off()

    def _leaves_unreachable(self, state: State) -> bool:
        """Whether a bridge whose REST API is silent may go. False when it answers again."""
        outcome = self._emptying.wait_unreachable(state)
        if outcome is Outcome.TIME_IS_OVER:
            self._expect_cut_allowed("it does not answer and stays as it is")
        return outcome is not Outcome.ANSWERS_AGAIN

    def _has_left(self) -> None:
        self._service.registry.set_goal(self._bridge, Goal.LEFT)
        self._service.registry.forget_notes(self._bridge.nickname)
        if self._jicofo.view(self._bridge) is Seen.DEAD:
            forget_occupant(self._host, self._bridge)
        Peers(self._host.paths).forget(self._bridge.nickname)

    def _cut_off(self) -> None:
        self._expect_cut_allowed("it goes back into service")
        self._end_program(is_graceful=False)
        self._service.has_ended()

    def _expect_cut_allowed(self, consequence: str) -> None:
        name = self._bridge.name
        keep = KEEP_MACHINE if self._bridge.is_forwarded else KEEP_IT
        expect_cut_allowed(self._host, self._emptying, name, f"on {name}", consequence, f"{REPAIR};{keep}")

    def _end_program(self, *, is_graceful: bool) -> None:
        """A server that went before its program would leave its occupant in jicofo's room, and the participants on it
        without another bridge, until prosody gives the connection up.
        """
        name = self._bridge.name
        try:
            self._service.client.shut_down(is_graceful)
        except HttpError as problem:
            if self._jicofo.view(self._bridge) not in (Seen.GONE, Seen.DEAD):
                raise Failure(
                    f"{name} takes no graceful shutdown ({problem} on {self._service.client.url})",
                    "its jvb.conf needs apis.rest.enabled and rest.shutdown.enabled, and a restart: pulumi up with the "
                    "bridge declared",
                ) from None
            self._host.info(f"{name} has ended already")
            return
        self._host.info(f"{name} shuts down")

    def _back_in_service(self) -> None:
        if self._service.client.is_ending():
            self._host.info(
                f"{self._bridge.name} is in its graceful shutdown: it takes no participants, and ends when it is empty"
            )
        else:
            self._service.serve_again()


def drain(host: Host, bridge: Bridge) -> None:
    """See Drain."""
    Drain(host, bridge).run()


def run(host: Host, given: ServiceInput, _arguments: Namespace) -> None:
    """As a step."""
    drain(host, given.bridge.bridge)


VERB = Verb(
    summary="empties a bridge and ends its program",
    description="The bridge takes no new participants. jicofo moves those on it to other bridges; those who cannot be "
    "moved are waited for, at most drainTimeout. Then the bridge's program ends. Where the verb gives up, the bridge "
    "is back in service. To take a drain back that was called by hand: jitsi-hetzner serve BRIDGE",
    takes=ServiceInput,
    run=run,
    configure=bridge_argument,
    is_by_hand=has_bridge,
    by_hand=for_known_bridge(drain),
)
