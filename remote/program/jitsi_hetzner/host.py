"""What a verb may use of the host that it runs on. Tests give another one."""

from collections.abc import Callable
from dataclasses import dataclass

from .clock import Clock
from .commands import Commands
from .http_client import Http
from .line_client import Lines
from .locks import Locks
from .messages import Messages
from .parallel import Parallel
from .places import Paths, Ports
from .waits import Waits
from .wire import Wire

# A long wait says so every so many seconds.
REPORT_SECONDS = 15


@dataclass(frozen=True)
class Host:
    """The web host."""

    messages: Messages
    clock: Clock
    http: Http
    # Whether a port of this host takes connections, and a connection that is closed at once.
    connects: Callable[[str, int], bool]
    # Requests of one line to a port of another host.
    lines: Lines
    wire: Wire
    commands: Commands
    locks: Locks
    parallel: Parallel
    # The operator's signals end this verb no more.
    ignore_operator: Callable[[], None]
    paths: Paths
    ports: Ports
    waits: Waits

    @property
    def name(self) -> str:
        """As the operator's commands call this host: web, or a bridge's name."""
        return "web" if self.paths.jicofo_settings.is_dir() else self.messages.hostname.partition(".")[0]

    def info(self, text: str) -> None:
        """A line of progress."""
        self.messages.info(text)

    def wait_for(self, seconds: float, what: str, condition: Callable[[], bool]) -> bool:
        """Asks every second, and says so every 15 s. False when the time is over. The condition is bounded itself."""
        start = self.clock.now()
        how_to_end = self.messages.how_to_end(seconds)
        # A long wait says so before its first pause.
        report_at = 0.0 if how_to_end else REPORT_SECONDS
        while not condition():
            passed = self.clock.now() - start
            if passed >= seconds:
                return False
            if passed >= report_at:
                self.info(f"{how_to_end}still waiting for {what} ({passed:.0f} of {seconds:.0f} s)")
                report_at += REPORT_SECONDS
            self.clock.sleep(1)
        return True
