"""Whether a bridge takes participants."""

from .bridge import Bridge, Goal
from .bridge_client import BridgeClient
from .bridge_host import BridgeHost
from .failure import Failure
from .host import Host
from .http_client import HttpError
from .registry import Registry
from .warmth import warm

ON_THE_BRIDGE = "on the bridge: systemctl status jitsi-videobridge2; then: pulumi up"


class Service:
    """One bridge in and out of service."""

    def __init__(self, host: Host, bridge: Bridge) -> None:
        self._host = host
        self.bridge = bridge
        self.client = BridgeClient(host, bridge)
        self.registry = Registry(host.paths)

    def put_into_service(self) -> None:
        """The bridge takes participants."""
        self.ensure_running()
        warm(self._host, self.client)
        try:
            self.client.set_drain(False)
        except HttpError as problem:
            raise self._drain_mode_failure("off", problem) from None
        self.registry.set_goal(self.bridge, Goal.SERVING)
        self._host.info(f"{self.bridge.name} is in service")

    def take_out_of_service(self, goal: Goal) -> None:
        """The bridge takes no new participants; those on it stay."""
        if goal is Goal.OUT:
            self.registry.take_out_for_restart(self.bridge)
        else:
            self.registry.set_goal(self.bridge, goal)
        try:
            self.client.set_drain(True)
        except HttpError as problem:
            raise self._drain_mode_failure("on", problem) from None

    def serve_again(self) -> None:
        """What a step does at its end that gives up. Perhaps nobody listens to its messages any more."""
        name = self.bridge.name
        try:
            self.client.set_drain(False)
        except HttpError as problem:
            self._host.info(
                f"{name} is STILL in drain mode ({problem}): curl -X POST {self.client.url}/colibri/drain/disable"
            )
            return
        self.registry.set_goal(self.bridge, Goal.SERVING)
        self._host.info(f"{name} is back in service")

    def ensure_running(self) -> None:
        """A bridge whose program was ended by a drain is started again."""
        if not self.client.answers() or self.client.is_ending():
            self._revive()

    def has_ended(self) -> bool:
        """Waits for the end of its program."""
        name = self.bridge.name
        if self._host.wait_for(self._host.waits.end, f"{name} to end", self._is_silent):
            return True
        self._host.info(f"{name} takes no participants, but its program does not end")
        return False

    def _revive(self) -> None:
        """A shutdown cannot be taken back: the program is started again once it has ended."""
        name, waits = self.bridge.name, self._host.waits
        if not self._host.wait_for(waits.end, f"{name} to end its shutdown", self._is_silent):
            raise Failure(
                f"{name} is in its graceful shutdown, which cannot be taken back; participants on it: "
                f"{self._participants_or_unknown()}",
                "once they have left, or with systemctl restart jitsi-videobridge2 on the bridge: pulumi up",
            )
        self._host.info(f"{name} does not answer on {self.client.url}: starting it")
        if not self._host.wait_for(waits.start, f"{name} to start", self._start):
            problem = self.client.problem() or "it did not answer in time"
            raise Failure(f"{name} does not answer on {self.client.url} ({problem})", ON_THE_BRIDGE)

    def _start(self) -> bool:
        BridgeHost(self._host, self.bridge).start_bridge()
        self._host.clock.sleep(1)
        return self.client.answers()

    def _is_silent(self) -> bool:
        return not self.client.answers()

    def _participants_or_unknown(self) -> str:
        try:
            return str(self.client.participants())
        except HttpError as problem:
            return f"unknown ({problem})"

    def _drain_mode_failure(self, position: str, problem: HttpError) -> Failure:
        return Failure(
            f"drain mode of {self.bridge.name} cannot be switched {position} through {self.client.url} ({problem})",
            ON_THE_BRIDGE,
        )
