"""restart-end: after a bridge's restart. It takes participants again, unless it is to be empty.

Only then the next bridge's turn comes.
"""

from argparse import ArgumentParser, Namespace
from dataclasses import dataclass

from ..bridge import Goal
from ..decode import Word
from ..emptying import Emptying
from ..failure import Failure
from ..host import Host
from ..jicofo import Jicofo, Unknown
from ..locks import Purpose
from ..registry import Note
from ..restart_input import RestartInput
from ..service import Service
from ..verb import Verb


@dataclass(frozen=True)
class RestartEndInput(RestartInput):
    """As of restart-begin, and the turn that it gave: none where it has not run, as for a new bridge."""

    turn: Word = "0"


class RestartEnd:
    """Of one bridge."""

    def __init__(self, host: Host, given: RestartEndInput) -> None:
        self._host = host
        self._bridge = given.bridge.bridge
        self._service = Service(host, self._bridge)
        self._jicofo = Jicofo(host)

    def come_back(self) -> None:
        """From a restart."""
        registry, name = self._service.registry, self._bridge.name
        if registry.goal_of(self._bridge) is not Goal.OUT:
            self._host.info(f"{name} was not out of service")
            return
        since = registry.since(self._bridge)
        self._host.locks.take_over(self._bridge, Purpose.IN)
        if registry.is_to_be_empty(self._bridge):
            self._stay_empty()
            return
        self._service.put_into_service()
        # Else the next bridge would be emptied when none can take its participants.
        if not self._host.wait_for(
            self._host.waits.usable,
            f"jicofo to send participants to {name}",
            lambda: self._jicofo.finds(self._bridge, ready=True),
        ):
            raise self._not_used()
        seconds = self._host.clock.wall_clock_ns() / 1e9 - (since or 0)
        self._host.info(f"{name} was out of service for {seconds:.0f} s")

    def _stay_empty(self) -> None:
        emptying = Emptying(self._host, self._service.client, self._jicofo)
        self._service.take_out_of_service(Goal.DRAINED)
        emptying.wait_until_jicofo_knows()
        # Its restart has ended drain mode: a participant may have come since.
        emptying.move_participants()
        self._host.info(f"{self._bridge.name} is back, and takes no participants: it is in drainingBridges")

    def _not_used(self) -> Failure:
        name, seconds = self._bridge.name, self._host.waits.usable
        self._jicofo.expect(f"{name} waits for it")
        seen = self._jicofo.view(self._bridge)
        words = seen.reason if isinstance(seen, Unknown) else seen.value
        return Failure(
            f"jicofo sends no participants to {name} after {seconds:.0f} s ({words})",
            "on the bridge: tail /var/log/jitsi/jvb.log; then: pulumi up",
        )


def run(host: Host, given: RestartEndInput, arguments: Namespace) -> None:
    """As a step. A new bridge was put into service by its own steps: that it runs with these settings is noted only."""
    if not arguments.new_bridge:
        RestartEnd(host, given).come_back()
    service = Service(host, given.bridge.bridge)
    service.registry.write_note(service.bridge, Note(given.settings_hash, given.turn))


def configure(parser: ArgumentParser) -> None:
    """The step's create and update share their JSON."""
    parser.add_argument(
        "--new-bridge",
        action="store_true",
        help="the bridge has these settings from its start; they are noted, and nothing else is done",
    )


VERB = Verb(
    summary="puts a bridge back into service after a restart",
    description="Waits until jicofo sends participants to it. A bridge of drainingBridges stays in drain mode.",
    takes=RestartEndInput,
    run=run,
    configure=configure,
)
