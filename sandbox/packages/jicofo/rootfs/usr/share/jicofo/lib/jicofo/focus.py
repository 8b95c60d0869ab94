"""Jicofo's life: in the brewery, checking the bridges' health, keeping conferences on bridges."""

import asyncio
import logging
from typing import Any, Optional
from xml.etree import ElementTree as ET

from jitsi_stand_in.metrics import Metrics
from jitsi_stand_in.names import HEALTH
from jitsi_stand_in.xmpp import MucClient

from .bridges import Bridge, BridgeSelector
from .conferences import Conferences
from .memory import Memory
from .settings import Settings

log = logging.getLogger("JicofoServices")

HEALTH_TIMEOUT = 5.0
KEEP_ALIVE_SECONDS = 15.0
# People whose conference ended with an earlier jicofo load the page again; by then bridges are known.
RELOAD_SECONDS = 10.0


class Focus:
    def __init__(self, settings: Settings, version: str) -> None:
        self.settings = settings
        self.version = version
        self.selector = BridgeSelector(settings)
        self.client = MucClient(settings.account)
        self.conferences = Conferences(self.selector, self.client)
        self.memory = Memory(self.conferences)
        self.jibris: set[str] = set()
        self.client.on_presence = self._presence
        self.metrics = _metrics()
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> list["asyncio.Task[None]"]:
        self.memory.recall()
        loop = asyncio.get_running_loop()
        work = [self.client.run(), self._health_checks(), self._upkeep()]
        return [loop.create_task(w) for w in work]

    def _background(self, work) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _presence(self, room: str, nickname: str, presence: Optional[ET.Element]) -> None:
        jid = f"{room}/{nickname}"
        if room == self.settings.jibri_brewery:
            (self.jibris.discard if presence is None else self.jibris.add)(jid)
        elif presence is None:
            bridge = self.selector.remove(jid)
            if bridge is not None:
                self._background(self.conferences.evacuate(bridge, removed=True))
        else:
            known = self.selector.bridges.get(jid)
            was_ending = known is not None and known.shutting_down
            bridge = self.selector.presence(jid, presence)
            if bridge is not None and bridge.shutting_down and not was_ending:
                log.info("%s entered SHUTTING_DOWN", jid)
                self._background(
                    self.conferences.evacuate(bridge, removed=False, works=True))

    async def _health_checks(self) -> None:
        while True:
            await asyncio.sleep(self.settings.health_interval)
            if self.client.connected:
                await asyncio.gather(*map(self._check, list(self.selector.bridges.values())))

    async def _check(self, bridge: Bridge) -> None:
        """Two chances to answer in time; an error answer counts at once."""
        reply = None
        for _ in range(2):
            reply = await self.client.request(
                bridge.jid, ET.Element(f"{{{HEALTH}}}healthcheck"), HEALTH_TIMEOUT)
            if reply is not None or bridge.jid not in self.selector.bridges:
                break
        if bridge.jid not in self.selector.bridges:
            return
        passed = reply is not None and reply.get("type") == "result"
        if not passed:
            log.warning("Health check %s for: %s", "failed" if reply is not None else "timed out",
                        bridge.jid)
            if reply is not None:
                self._background(self.conferences.evacuate(bridge, removed=False))
        bridge.health_check(passed)

    async def _upkeep(self) -> None:
        """Proxy presence, metrics, and bridges that vanished with our own connection."""
        last_metrics = last_keep_alive = 0.0
        loop = asyncio.get_running_loop()
        started = loop.time()
        announced = False
        while True:
            await asyncio.sleep(1)
            if not self.client.connected:
                announced = False
                for jid in list(self.selector.bridges):
                    self.selector.remove(jid)
            elif not announced and self.settings.client_proxy:
                # The proxy component learns the session that it forwards to from this presence.
                self.client.send_presence(self.settings.client_proxy)
                announced = True
            if loop.time() - started >= RELOAD_SECONDS:
                await self.conferences.retry()
            self.memory.keep()
            if loop.time() - last_keep_alive >= KEEP_ALIVE_SECONDS:
                last_keep_alive = loop.time()
                await self.conferences.keep_alive()
            if loop.time() - last_metrics >= self.settings.metrics_interval:
                last_metrics = loop.time()
                self.refresh_metrics()

    # -- reports

    def healthy(self) -> tuple[bool, str]:
        usable = [b for b in self.selector.bridges.values() if b.operational and not b.graceful]
        if usable:
            return True, "OK"
        count = len(self.selector.bridges)
        return False, f"No operational bridges available (total bridge count: {count})"

    def stats(self) -> dict[str, Any]:
        c = self.conferences
        success, message = self.healthy()
        sizes = [0] * 22
        for endpoints in c.rooms.values():
            sizes[min(len(endpoints), 21)] += 1
        return {
            "total_participants": c.total_participants,
            "total_conferences_created": c.created,
            "conferences": len(c.rooms),
            "conferences_with_visitors": 0,
            "bridge_failures": {
                "participants_moved": c.moved, "bridges_removed": c.bridges_removed},
            "participant_notifications": {"ice_failed": 0, "request_restart": 0},
            "largest_conference": max(map(len, c.rooms.values()), default=0),
            "participants": c.participants(),
            "visitors": 0,
            "conference_sizes": sizes,
            "endpoint_pairs": sum(len(e) * (len(e) - 1) for e in c.rooms.values()),
            "bridge_selector": self.selector.stats(),
            **({"jibri_detector": {"count": len(self.jibris), "available": len(self.jibris)}}
               if self.settings.jibri_brewery else {}),
            "threads": 1,
            "version": self.version,
            "slow_health_check": 0,
            "healthy": success,
            "health": {"success": success, "hardFailure": not success, "responseCode": None,
                       "sticky": False, "message": None if success else message},
        }

    def debug(self, full: bool) -> dict[str, Any]:
        c = self.conferences
        return {
            "focus_manager": {room: c.debug(room) if full else len(endpoints)
                              for room, endpoints in c.rooms.items()},
            "bridge_selector": {
                "strategy": self.settings.strategy.rpartition(".")[2],
                "bridge": {jid: bridge.debug_state(c.endpoints_on(jid))
                           for jid, bridge in self.selector.bridges.items()},
            },
            "jibri_detector": {} if self.settings.jibri_brewery else None,
            "sip_jibri_detector": None,
            "jigasi_detector": None,
            "av_moderation": {},
            "conference_iq_handler": {},
        }

    def refresh_metrics(self) -> None:
        stats, c = self.selector.stats(), self.conferences
        values = {
            "bridge_selector_bridge_count": stats["bridge_count"],
            "bridge_selector_bridge_count_operational": stats["operational_bridge_count"],
            "bridge_selector_bridge_count_in_shutdown": stats["in_shutdown_bridge_count"],
            "bridge_selector_bridge_version_count": stats["bridge_version_count"],
            "bridge_selector_lost_bridges_total": stats["lost_bridges"],
            "healthy": self.healthy()[0],
            "conferences": len(c.rooms),
            "participants_current": c.participants(),
        }
        for name, value in values.items():
            self.metrics.set(name, value)


def _metrics() -> Metrics:
    m = Metrics("jitsi_jicofo")
    prefix = "bridge_selector_bridge_"
    m.gauge(prefix + "count", "The current number of bridges")
    m.gauge(prefix + "count_operational", "The current number of operational bridges")
    m.gauge(prefix + "count_in_shutdown", "The current number of bridges in graceful shutdown")
    m.gauge(prefix + "version_count", "The current number of different bridge versions")
    m.counter("bridge_selector_lost_bridges", "Number of bridges which disconnected unexpectedly.")
    m.gauge("healthy", "Whether jicofo is healthy or not.", True)
    m.gauge("conferences", "Running count of conferences.")
    m.gauge("participants_current", "The current number of participants.")
    return m
