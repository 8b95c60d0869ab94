"""A clock that only waiting moves. What others do meanwhile happens at its time."""

import heapq
import itertools
import time
from collections.abc import Callable
from typing import Protocol

Event = Callable[[], None]
# A test that waits for longer waits for ever.
LAST_SECOND = 100_000.0


class Timeline(Protocol):
    """By what the fakes do things later."""

    def now(self) -> float: ...

    def after(self, seconds: float, event: Event) -> None: ...


class FakeClock:
    """Both: the program's clock and the fakes' timeline."""

    def __init__(self) -> None:
        self._now = 0.0
        self._events: list[tuple[float, int, Event]] = []
        self._order = itertools.count(1)

    def now(self) -> float:
        return self._now

    def wall_clock_ns(self) -> int:
        # Files have the times of the real clock.
        return time.time_ns() + int(self._now * 1e9) + next(self._order)

    def after(self, seconds: float, event: Event) -> None:
        heapq.heappush(self._events, (self._now + seconds, next(self._order), event))

    def sleep(self, seconds: float) -> None:
        end = self._now + seconds
        if end > LAST_SECOND:
            raise AssertionError("the program waits for ever")
        while self._events and self._events[0][0] <= end:
            self._now, _, event = heapq.heappop(self._events)
            event()
        self._now = end
