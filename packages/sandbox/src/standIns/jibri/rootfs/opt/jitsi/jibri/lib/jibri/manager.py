"""One recording at a time, and what happens at the next idle moment (JibriManager)."""

import asyncio
import logging
from typing import Any, Callable, Optional, Protocol

from .status import Status

log = logging.getLogger("JibriManager")


class Busy(Exception):
    """A second request."""


class Service(Protocol):
    """A recording or a live stream. `report` is called with its states."""

    report: "Callable[[State], None]"

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


class State:
    """running, finished or error. A system error makes the recorder unhealthy."""

    def __init__(self, name: str, detail: str = "", system: bool = False) -> None:
        self.name = name
        self.detail = detail
        self.system = system


class Manager:
    def __init__(self, status: Status, single_use: bool, minute: float) -> None:
        self.status = status
        self.single_use = single_use
        self.minute = minute
        self.service: Optional[Service] = None
        self.environment: Optional[str] = None
        self._when_idle: Optional[Callable[[], None]] = None
        self._timeout: Optional[asyncio.TimerHandle] = None
        self._stopping = asyncio.Lock()
        self._tasks: set["asyncio.Task[Any]"] = set()

    @property
    def busy(self) -> bool:
        return self.service is not None

    def start(self, make: Callable[[], Service], environment: Optional[str], minutes: int,
              on_state: Callable[[State], None]) -> None:
        """Raises Busy, or what `make` raises. The service itself starts in the background."""
        if self.busy:
            log.info("Jibri is busy, can't start service")
            raise Busy
        service = make()
        self.status.set_busy("BUSY")
        self.service, self.environment = service, environment

        def report(state: State) -> None:
            on_state(state)
            if state.name == "error" and state.system:
                self.status.set_unhealthy()
            if state.name in ("error", "finished"):
                self.background(self.stop(service))

        service.report = report
        if minutes:
            self._timeout = asyncio.get_running_loop().call_later(
                minutes * self.minute, self._used_up, service)
        self.background(service.start())

    def _used_up(self, service: Service) -> None:
        log.info("The usage timeout has elapsed, stopping the currently active service")
        self.background(self.stop(service))

    async def stop(self, only: Optional[Service] = None) -> None:
        """Returns when the recording has ended and its finalize script too. Busy until then."""
        async with self._stopping:
            service = self.service
            if service is None or only not in (None, service):
                log.info("No service active, ignoring stop")
                return
            log.info("Stopping the current service")
            if self._timeout is not None:
                self._timeout.cancel()
            await service.stop()
            self.service = self.environment = self._timeout = None
            # Before the status changes: a recorder that shuts down is never idle again.
            action, self._when_idle = self._when_idle, None
            if action is not None:
                action()
            self.status.set_busy("EXPIRED" if self.single_use else "IDLE")

    def stop_soon(self) -> None:
        self.background(self.stop())

    def when_idle(self, action: Callable[[], None]) -> None:
        """At once if it is idle now. A later call replaces an earlier one."""
        if self.busy:
            self._when_idle = action
        else:
            action()

    def background(self, work) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("Error in a background task", exc_info=task.exception())
