"""A bridge as upstream's: its REST API, its drain mode, its shutdown in two stages, and the times that these take."""

import json
from collections.abc import Callable
from typing import Any

from .fake_clock import Timeline
from .fake_conferences import Conferences
from .fake_people import People
from .faults import Faults, Status

# From the start of the program to its first answer and its first presence.
START_SECONDS = 6.0
# videobridge.shutdown.shutting-down-delay (jvb.conf.hbs).
SHUTTING_DOWN_SECONDS = 12.0


class FakeBridge:
    """One bridge on a host of its own."""

    def __init__(self, index: int, time: Timeline, people: People) -> None:
        self.index = index
        self.nickname = f"jvb-{100 + index}"
        self.name = f"b{index}"
        self.address = f"10.0.0.{10 + index}"
        self._time = time
        self._people = people
        self.faults: Faults = {}
        # What was asked of it that changes something, in order.
        self.asked: list[str] = []
        # Whether drain mode and shutdown take.
        self.obeys = True
        self.ends = True
        # How many come in the moment of its shutdown.
        self.comes_late = 0
        self.has_power = True
        # Its program hangs; its private network is gone, and its public address goes on.
        self.is_frozen = False
        self.is_unplugged = False
        # Its presence does not change any more.
        self.is_mute = False
        self.runs = True
        self._is_starting = False
        # A program that is killed, and one that starts, are others.
        self.generation = 0
        self.draining = False
        self.graceful = False
        self.shutting_down = False
        self.conferences = Conferences()
        self.metrics_missing: set[str] = set()
        self.on_start: Callable[[], None] = lambda: None
        self.on_end: Callable[[bool], None] = lambda _says_good_bye: None

    @property
    def people(self) -> int:
        return len(self._people.on(self))

    @property
    def is_reachable(self) -> bool:
        """From the web host."""
        return self.has_power and self.runs and not self.is_frozen and not self.is_unplugged

    def start(self) -> None:
        """By whoever connects to its host's start port."""
        if self.runs or self._is_starting:
            return
        self.asked.append("start")
        self._is_starting = True
        self.generation += 1
        generation = self.generation
        self.draining = self.graceful = self.shutting_down = False
        self.conferences = Conferences()

        def is_up() -> None:
            if self.generation == generation and self.has_power:
                self.runs, self._is_starting = True, False
                self.on_start()

        self._time.after(START_SECONDS, is_up)

    def stop(self, *, says_good_bye: bool = False) -> None:
        """The program is gone; the host goes on. A program that is killed says no good-bye."""
        if not self.runs:
            return
        self.runs = False
        self.generation += 1
        self.on_end(says_good_bye)

    def lose_power(self) -> None:
        """Nothing answers any more, and no connection is closed."""
        self.has_power = False
        self.runs = False
        self.generation += 1

    def answer(self, method: str, path: str, body: str | None) -> str:
        """Raises Status for all but 200."""
        routes: dict[tuple[str, str], Callable[[], str]] = {
            ("GET", "/colibri/drain"): lambda: json.dumps({"drain": self.draining}),
            ("POST", "/colibri/drain/enable"): lambda: self._set_drain("drain/enable", is_on=True),
            ("POST", "/colibri/drain/disable"): lambda: self._set_drain("drain/disable", is_on=False),
            ("POST", "/colibri/shutdown"): lambda: self._shut_down(body),
            ("GET", "/colibri/stats"): lambda: json.dumps({"relay_id": self.nickname, "conferences": 0}),
            ("GET", "/metrics"): self._metrics,
        }
        if path.startswith("/colibri/v2/conferences"):
            is_new = method == "POST"
            self.asked.append("conference" if is_new else "expire")
            return self.conferences.answer(method, path, body, is_ending=self.graceful or self.shutting_down)
        route = routes.get((method, path))
        if route is None:
            raise Status(404)
        return route()

    def maybe_shut_down(self) -> None:
        """A graceful shutdown goes on when the bridge is empty."""
        if self.graceful and self.people == 0:
            self._enter_shutting_down()

    def _set_drain(self, asked: str, *, is_on: bool) -> str:
        self.asked.append(asked)
        if self.obeys:
            self.draining = is_on
        return ""

    def _shut_down(self, body: str | None) -> str:
        try:
            wish: Any = json.loads(body or "")["graceful-shutdown"]
        except (ValueError, KeyError, TypeError):
            raise Status(400) from None
        self.asked.append(f"shutdown {wish}")
        if not self.ends:
            return ""
        self._people.join(self, self.comes_late)
        self.comes_late = 0
        if str(wish).lower() == "true":
            self.graceful = True
            self.maybe_shut_down()
        else:
            self._enter_shutting_down()
        return ""

    def _enter_shutting_down(self) -> None:
        if self.shutting_down:
            return
        self.shutting_down = True
        generation = self.generation

        def end() -> None:
            if self.generation == generation:
                self.stop(says_good_bye=True)

        self._time.after(SHUTTING_DOWN_SECONDS, end)

    def _metrics(self) -> str:
        values = {
            "local_endpoints": self.people + self.conferences.endpoints,
            "conferences": self.conferences.count,
            "conferences_created_total": self.conferences.created,
            "graceful_shutdown": int(self.graceful),
            "shutting_down": int(self.shutting_down),
        }
        told = {f"jitsi_jvb_{name}": value for name, value in values.items() if name not in self.metrics_missing}
        return "".join(f"# TYPE {name} gauge\n{name} {value:.1f}\n" for name, value in told.items())
