"""Jicofo's health checks of the bridges, like its JvbDoctor."""

import asyncio
import logging
from typing import Awaitable, Callable, Optional
from xml.etree import ElementTree as ET

from jitsi_stand_in.refusal import condition

from .bridges import Bridge, BridgeSelector

log = logging.getLogger("JvbDoctor")

REPLY_TIMEOUT = 15.0
FAILURES = ("internal-server-error", "service-unavailable")


class Doctor:
    """One task for each bridge, so that a slow bridge does not delay the checks of others.

    ask(bridge, timeout) returns the answer, or None if there was none in time.
    """

    def __init__(self, selector: BridgeSelector, interval: float,
                 ask: Callable[[Bridge, float], Awaitable[Optional[ET.Element]]],
                 is_connected: Callable[[], bool], on_failure: Callable[[Bridge], None]) -> None:
        self.selector = selector
        self.interval = interval
        # The default of retry-delay is half the interval.
        self.retry_delay = interval / 2
        self._ask = ask
        self._is_connected = is_connected
        self._on_failure = on_failure

    async def run(self) -> None:
        """Never returns."""
        tasks: dict[Bridge, asyncio.Task[None]] = {}
        while True:
            there = set(self.selector.bridges.values())
            for bridge in there - set(tasks):
                tasks[bridge] = asyncio.get_running_loop().create_task(self._watch(bridge))
            for bridge in set(tasks) - there:
                tasks.pop(bridge).cancel()
            await asyncio.sleep(0.5)

    async def _watch(self, bridge: Bridge) -> None:
        while True:
            await asyncio.sleep(self.interval)
            if self._is_connected():
                await self.check(bridge)

    async def check(self, bridge: Bridge) -> None:
        """Asks at most twice. An error answer counts only if its condition means a failure."""
        reply = await self._ask(bridge, REPLY_TIMEOUT)
        if reply is None:
            log.warning("%s health-check timed out, but will give it another try after: %.0f s",
                        bridge.jid, self.retry_delay)
            await asyncio.sleep(self.retry_delay)
            reply = await self._ask(bridge, REPLY_TIMEOUT)
        if reply is None:
            # Participants stay on the bridge, because media can flow although it does not answer.
            log.warning("Health check timed out for: %s", bridge.jid)
            bridge.health_check(False)
        elif reply.get("type") == "result":
            bridge.health_check(True)
        elif condition(reply) in FAILURES:
            log.warning("Health check failed for: %s", bridge.jid)
            bridge.health_check(False)
            self._on_failure(bridge)
        else:
            log.error("Unexpected error returned by the bridge: %s, err: %s",
                      bridge.jid, condition(reply))
