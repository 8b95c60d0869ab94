"""After a bridge's restart. It takes participants again, unless it is to be empty."""

from .bridge import Bridge, Goal
from .emptying import Emptying
from .failure import Failure
from .host import Host
from .jicofo import Jicofo, Unknown
from .locks import Purpose
from .service import Service


class ComingBack:
    """Of one bridge, whose goal is OUT."""

    def __init__(self, host: Host, bridge: Bridge) -> None:
        self._host = host
        self._bridge = bridge
        self._service = Service(host, bridge)
        self._jicofo = Jicofo(host)

    def run(self) -> None:
        """Until jicofo sends participants to it. Only then the next bridge's turn comes."""
        registry, name = self._service.registry, self._bridge.name
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
        setting = "existingNodes has it as draining" if self._bridge.is_forwarded else "it is in drainingBridges"
        self._host.info(f"{self._bridge.name} is back, and takes no participants: {setting}")

    def _not_used(self) -> Failure:
        name, seconds = self._bridge.name, self._host.waits.usable
        self._jicofo.expect(f"{name} waits for it")
        seen = self._jicofo.view(self._bridge)
        words = seen.reason if isinstance(seen, Unknown) else seen.value
        return Failure(
            f"jicofo sends no participants to {name} after {seconds:.0f} s ({words})",
            "on the bridge: tail /var/log/jitsi/jvb.log; then: pulumi up",
        )
