"""The host of a bridge: what it answers on the port by which the web host has it restart (jitsi-hetzner-start)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from jitsi_hetzner.http_client import HttpError

from .fake_bridge import START_SECONDS, FakeBridge

# systemd stops a program within a few seconds; joining and the first presence come after the start.
RESTART_SECONDS = START_SECONDS + 4.0


@dataclass
class FakeBridgeHost:
    """Of one bridge. `written`: the settings in its files; `running`: those that its program started with."""

    bridge: FakeBridge
    written: str = "old"
    running: str = "old"
    version: str = "2.3-307"
    # The version that an installation brings.
    declared_version: str = "2.3-307"
    # Whether the port takes connections.
    listens: bool = True
    # Whether the connection breaks while it applies its settings, and whether it says at the end how that ended.
    breaks: bool = False
    says_end: bool = True
    # What it says of the timer of its watch; None for an older program, which does not know the question.
    watch: str | None = "running"
    # How jvb/apply ends.
    code: int = 0
    on_restart: Callable[[], None] = lambda: None

    def answer(self, request: str, wait: Callable[[float], None]) -> Iterator[str]:
        """The lines of the answer."""
        if not self.listens or not self.bridge.has_power:
            raise HttpError("connection refused")
        yield from self._lines(request, wait)

    def _lines(self, request: str, wait: Callable[[float], None]) -> Iterator[str]:
        self.bridge.asked.append(request)
        if request == "settings":
            yield f"{self.running} {self.version}"
            yield "exit 0"
        elif request == "watch" and self.watch is not None:
            yield self.watch
            yield "exit 0"
        elif request in ("apply", "apply restart"):
            yield from self._apply(wait, always=request.endswith("restart"))
        else:
            yield "exit 64"

    def _apply(self, wait: Callable[[float], None], *, always: bool) -> Iterator[str]:
        name = self.bridge.name
        yield f"jvb/apply: begins on {name}"
        if self.breaks:
            raise HttpError("the connection broke")
        if self.code != 0:
            yield f"jvb/apply failed on {name}: it is broken"
            yield f"exit {self.code}"
            return
        if always or (self.running, self.version) != (self.written, self.declared_version):
            self.bridge.is_frozen = False
            self.bridge.stop(says_good_bye=True)
            self.running, self.version = self.written, self.declared_version
            self.on_restart()
            self.bridge.start()
            wait(RESTART_SECONDS)
            yield f"jvb/apply: {name} has joined the brewery"
        else:
            yield f"jvb/apply: {name} runs with its settings"
        if self.says_end:
            yield "exit 0"
