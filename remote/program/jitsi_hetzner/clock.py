"""The clock that a verb waits by."""

import time
from typing import Protocol


class Clock(Protocol):
    """Time, as far as verbs use it."""

    def now(self) -> float:
        """Seconds that never go back."""

    def sleep(self, seconds: float) -> None:
        """Waits."""

    def wall_clock_ns(self) -> int:
        """Nanoseconds since 1970: no two calls give the same."""


class SystemClock:
    """The host's own."""

    def now(self) -> float:
        """Seconds since the boot."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Waits."""
        time.sleep(seconds)

    def wall_clock_ns(self) -> int:
        """Nanoseconds since 1970."""
        return time.time_ns()
