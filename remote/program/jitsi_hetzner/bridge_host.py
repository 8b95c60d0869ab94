"""The host of a bridge, as far as it obeys the web host: the requests of its port for that (jitsi-hetzner-start)."""

from collections.abc import Iterator
from dataclasses import dataclass

from .bridge import Bridge
from .failure import Failure
from .host import Host
from .http_client import DEFAULT_SECONDS, HttpError

LOG = "/var/lib/jitsi-hetzner/apply.log"
# Of a request that only looks.
LOOK_SECONDS = 2 * DEFAULT_SECONDS
END = "exit "


@dataclass(frozen=True)
class Running:
    """What a bridge runs with."""

    settings_hash: str
    # Of the package jitsi-videobridge2.
    version: str


class BridgeHost:
    """One host. What fails raises HttpError, with the reason, or Failure, with the repair too."""

    def __init__(self, host: Host, bridge: Bridge) -> None:
        self._host = host
        self.bridge = bridge

    @property
    def place(self) -> str:
        """For messages."""
        return f"{self.bridge.address}:{self._host.ports.bridge_start}"

    def start_bridge(self) -> None:
        """systemd starts the bridge's program for a connection without a request, as of older programs too."""
        self._host.connects(self.bridge.address, self._host.ports.bridge_start)

    def running(self) -> Running:
        """Raises HttpError where the host does not say it."""
        lines = list(self._ask("settings", LOOK_SECONDS))
        if len(lines) != 2 or lines[1] != f"{END}0" or len(lines[0].split()) != 2:
            raise HttpError(f"the answer on {self.place} is not the settings of a bridge: {' '.join(lines)[:80]!r}")
        settings_hash, version = lines[0].split()
        return Running(settings_hash, version)

    def watch(self) -> str:
        """Whether the timer of its watch runs: running, stopped or disabled. Empty if it does not know the question."""
        lines = list(self._ask("watch", LOOK_SECONDS))
        return lines[0] if len(lines) == 2 and lines[1] == f"{END}0" else ""

    def apply_settings(self, *, always: bool) -> None:
        """The bridge restarts with the settings that its own steps have written; its messages are shown as they come.

        A bridge that runs with them restarts only if `always`.
        """
        name, seconds = self.bridge.name, self._host.waits.apply
        ended: str | None = None
        try:
            for line in self._ask("apply restart" if always else "apply", seconds):
                if line.startswith(END):
                    ended = line.removeprefix(END)
                else:
                    self._host.messages.raw(f"{line}\n")
        except HttpError as problem:
            raise self._no_answer(str(problem)) from None
        if ended is None:
            raise self._no_answer("the connection was closed")
        if ended != "0":
            raise Failure(
                f"{name} does not run with its settings: jvb/apply ended there with code {ended}; {name} stays out of "
                "service",
                "repair what the lines above show, then: pulumi up",
            )

    def _no_answer(self, problem: str) -> Failure:
        name = self.bridge.name
        return Failure(
            f"{name} was asked to restart with its settings, and does not say how that ended ({problem} on "
            f"{self.place}); {name} stays out of service",
            f"on the bridge: tail {LOG}; journalctl -u 'jitsi-hetzner-start@*' -n 20; then: pulumi up",
        )

    def _ask(self, request: str, seconds: float) -> Iterator[str]:
        return self._host.lines(self.bridge.address, self._host.ports.bridge_start, request, seconds)
