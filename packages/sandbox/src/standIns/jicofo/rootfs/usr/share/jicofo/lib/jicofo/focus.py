"""Jicofo: is in the brewery, checks the health of bridges, and keeps conferences on bridges."""

import asyncio
import logging
from typing import Any, Optional
from xml.etree import ElementTree as ET

from jitsi_stand_in.metrics import Metrics
from jitsi_stand_in.names import FOCUS, HEALTH, JIBRI, PARTICIPANTS
from jitsi_stand_in.xmpp import MucClient

from .bridges import BridgeSelector
from .conferences import Conferences
from .health import Doctor
from .jibris import JibriDetector
from .recordings import Recordings
from .saved_state import SavedState
from .settings import Settings

log = logging.getLogger("JicofoServices")

MEDIA_SECONDS = 5.0
# After this time without a connection, jicofo ends its conferences (xmpp.client.reply-timeout).
GIVE_UP_SECONDS = 15.0
# jicofo does not set Smack's interval, which is half an hour.
PING_SECONDS = 1800.0


class Focus:
    def __init__(self, settings: Settings, version: str) -> None:
        self.settings = settings
        self.version = version
        self.selector = BridgeSelector(settings)
        self.client = MucClient(settings.account, retry_seconds=1.0, ping_seconds=PING_SECONDS)
        self.conferences = Conferences(self.selector, self.client)
        self.saved_state = SavedState(self.conferences)
        self.jibris = JibriDetector()
        self.recordings = Recordings(
            self.jibris, self.client, settings.account.domain.removeprefix("auth."),
            settings.jibri_retries, settings.jibri_pending_timeout)
        self.conferences.on_end = self._stop_recording
        self.client.on_presence = self._presence
        self.client.on_fresh_login = self._start_over
        self.client.on_iq = self._iq
        self.metrics = _metrics()
        self.doctor = Doctor(
            self.selector, settings.health_interval,
            ask=lambda bridge, timeout: self.client.request(
                bridge.jid, ET.Element(f"{{{HEALTH}}}healthcheck"), timeout),
            is_connected=lambda: self.client.connected,
            on_failure=lambda bridge: self.conferences.re_invite_from(bridge, removed=False))

    def start(self) -> list["asyncio.Task[None]"]:
        self.saved_state.load()
        loop = asyncio.get_running_loop()
        work = [self.client.run(), self.doctor.run(), self._upkeep(), self._media()]
        return [loop.create_task(w) for w in work]

    def _presence(self, room: str, nickname: str, presence: Optional[ET.Element]) -> None:
        jid = f"{room}/{nickname}"
        if room == self.settings.jibri_brewery:
            if presence is not None:
                self.jibris.presence(jid, presence)
            elif self.jibris.remove(jid):
                self.recordings.offline(jid)
        elif presence is None:
            bridge = self.selector.remove(jid)
            if bridge is not None:
                self.conferences.re_invite_from(bridge, removed=True)
        else:
            known = self.selector.bridges.get(jid)
            was_ending = known is not None and known.shutting_down
            bridge = self.selector.presence(jid, presence)
            if bridge is not None and bridge.shutting_down and not was_ending:
                log.info("%s entered SHUTTING_DOWN", jid)
                self.conferences.re_invite_from(bridge, removed=False, works=True)

    def _stop_recording(self, room: str) -> None:
        if room in self.recordings.active:
            self.recordings.stop(room)

    def _iq(self, payload: ET.Element, sender: str) -> Optional[list[ET.Element]]:
        """A guest asks for the focus of a room through the proxy component, or a recorder reports."""
        if payload.tag == f"{{{JIBRI}}}jibri":
            return self.recordings.update(payload, sender)
        if payload.tag == f"{{{PARTICIPANTS}}}room":
            count = len(self.conferences.rooms.get(payload.get("name", ""), {}))
            return [ET.Element(payload.tag, {"participants": str(count)})]
        if payload.tag != f"{{{FOCUS}}}conference":
            return None
        answer = {"room": payload.get("room", ""), "ready": "true", "focusjid": self.jid}
        return [ET.Element(payload.tag, answer)]

    @property
    def jid(self) -> str:
        return f"{self.settings.account.username}@{self.settings.account.domain}"

    async def _media(self) -> None:
        while True:
            await asyncio.sleep(MEDIA_SECONDS)
            if self.client.connected:
                await self.conferences.media()

    async def _upkeep(self) -> None:
        """Periodic work: retries, saved state, metrics, and the end of all conferences when the
        connection is lost for long.
        """
        last_metrics = 0.0
        loop = asyncio.get_running_loop()
        connected_at = loop.time()
        while True:
            await asyncio.sleep(1)
            if self.client.connected:
                connected_at = loop.time()
            elif loop.time() - connected_at >= GIVE_UP_SECONDS and self.selector.bridges:
                self._start_over()
            await self.conferences.retry()
            self.saved_state.save()
            if loop.time() - last_metrics >= self.settings.metrics_interval:
                last_metrics = loop.time()
                self.refresh_metrics()

    def _start_over(self) -> None:
        """Ends all conferences after a login that did not resume, or a lost connection. Clients
        reload the page.
        """
        if self.client.fresh_logins > 1 or self.selector.bridges:
            log.error("Reconnected without resuming, give up and stop.")
        for jid in list(self.selector.bridges):
            self.selector.remove(jid)
        self.conferences.reload_all()

    def stay_outside(self) -> None:
        """Upstream before 1.0-1190, sometimes after a login that did not resume: it does not get
        into the bridges' room again, does not try again, and knows no bridge until its next login.
        """
        log.error("Failed to create room.")
        if self.settings.brewery:
            self.client.step_out(self.settings.brewery)
        self._start_over()

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
        present = [len(there) for there in map(c.present, c.rooms) if there]
        for count in present:
            sizes[min(count, 21)] += 1
        return {
            "total_participants": c.total_participants,
            "total_conferences_created": c.created,
            "conferences": len(present),
            "conferences_with_visitors": 0,
            "bridge_failures": {
                "participants_moved": c.moved, "bridges_removed": c.bridges_removed},
            "participant_notifications": {"ice_failed": 0, "request_restart": 0},
            "largest_conference": max(present, default=0),
            "participants": c.participants(),
            "visitors": 0,
            "conference_sizes": sizes,
            "endpoint_pairs": sum(count * (count - 1) for count in present),
            "bridge_selector": self.selector.stats(),
            "jibri_detector": self.jibris.stats(),
            "sip_jibri_detector": {"count": 0, "available": 0},
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
            "focus_manager": {room: c.debug(room) if full else len(c.present(room))
                              for room in c.rooms},
            "bridge_selector": {
                "strategy": self.settings.strategy.rpartition(".")[2],
                "bridge": {jid: bridge.debug_state(c.endpoints_on(jid))
                           for jid, bridge in self.selector.bridges.items()},
            },
            "jibri_detector": self.settings.jibri_brewery
            and self.jibris.debug_state(self.settings.jibri_brewery),
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
