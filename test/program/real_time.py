"""Clocks that run by themselves, faster than the real one."""

import threading
import time

from .fake_clock import Event


class FastClock:
    """The program's: `speed` seconds pass in each real one."""

    def __init__(self, speed: float) -> None:
        self._speed = speed

    def now(self) -> float:
        return time.monotonic() * self._speed

    def wall_clock_ns(self) -> int:
        return time.time_ns()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / self._speed)


class FastTimeline(FastClock):
    """The fakes': events happen in threads, one at a time, under the lock that all who change something hold."""

    def __init__(self, speed: float) -> None:
        super().__init__(speed)
        self.lock = threading.RLock()
        self._is_over = False

    def after(self, seconds: float, event: Event) -> None:
        def happen() -> None:
            with self.lock:
                if not self._is_over:
                    event()

        timer = threading.Timer(seconds / self._speed, happen)
        timer.daemon = True
        timer.start()

    def end(self) -> None:
        """No event happens any more."""
        with self.lock:
            self._is_over = True
