"""The bridge's state: conferences, drain mode, the stages of a shutdown; and what it reports.

Conferences come from the stand-in of jicofo (see its conferences.py); no media flows.
"""

import asyncio
import logging
import os
import time
from typing import Any
from xml.etree import ElementTree as ET

from jitsi_stand_in.metrics import Metrics
from jitsi_stand_in.names import COLIBRI, HEALTH, PARTICIPANTS
from jitsi_stand_in.xmpp import MucClient

from .settings import Settings

log = logging.getLogger("Videobridge")

# Upstream's stress is CPU load divided by this threshold.
CPU_THRESHOLD = 0.9
# Conferences of which nothing is heard for so long expire (entity-expiration.timeout).
EXPIRE_SECONDS = 60.0


class Bridge:
    def __init__(self, settings: Settings, version: str) -> None:
        self.settings = settings
        self.version = version
        self.started = time.monotonic()
        self.rooms: dict[str, int] = {}
        self._heard: dict[str, float] = {}
        self.drain = settings.initial_drain_mode
        self.graceful = False
        self.shutting_down = False
        self.finished = asyncio.Event()
        self.clients: list[MucClient] = []
        self.metrics = _metrics()

    @property
    def participants(self) -> int:
        return sum(self.rooms.values())

    @property
    def stress(self) -> float:
        """This process's share of the processors, and each fake participant's on top.

        Upstream takes the whole host's load; here all hosts share one machine, and its load would
        make each bridge look as busy as the busiest.
        """
        load = time.process_time() / max(time.monotonic() - self.started, 1) / (os.cpu_count() or 1)
        people = self.participants * self.settings.average_participant_stress
        return round(load / CPU_THRESHOLD + people, 4)

    # -- requests of jicofo

    def handle_iq(self, payload: ET.Element, sender: str) -> list[ET.Element] | None:
        if not any(sender.lower().startswith(room + "/") for c in self.clients
                   for room in c.account.rooms):
            log.warning("Received an IQ from a non-MUC member: %s", sender)
            return None
        if payload.tag == f"{{{HEALTH}}}healthcheck":
            return []
        if payload.tag == f"{{{PARTICIPANTS}}}conference":
            self.set_conference(payload.get("room", ""), int(payload.get("participants", "0")))
            return []
        return None

    def set_conference(self, room: str, participants: int) -> None:
        """Raises ValueError for a new conference during a shutdown: upstream refuses it too."""
        if participants > 0 and room not in self.rooms:
            if self.graceful or self.shutting_down:
                raise ValueError("in graceful shutdown, no new conferences")
            log.info("create_conf, id=%s", room)
            self.metrics.increment("conferences_created")
        grown = participants - self.rooms.get(room, 0)
        if grown > 0:
            self.metrics.increment("endpoints", grown)
        changed = participants != self.rooms.get(room, 0)
        self._heard[room] = time.monotonic()
        if participants > 0:
            self.rooms[room] = participants
        elif self.rooms.pop(room, None) is not None:
            log.info("expire_conf, id=%s", room)
            self.metrics.increment("conferences_completed")
        if changed:
            self.publish()
            self._maybe_shut_down()

    def expire(self) -> None:
        """Ends the conferences that a jicofo which has gone or forgot them left behind."""
        limit = time.monotonic() - EXPIRE_SECONDS
        for room in [r for r in self.rooms if self._heard[r] < limit]:
            self.set_conference(room, 0)

    # -- drain and shutdown

    def set_drain(self, enable: bool) -> None:
        log.info("Received drain request. enable=%s", str(enable).lower())
        self.drain = enable
        self.publish()

    def shut_down(self, graceful: bool) -> None:
        log.info("Received shutdown request, graceful=%s", str(graceful).lower())
        if not graceful:
            self._enter_shutting_down()
        elif self.graceful or self.shutting_down:
            log.info("Graceful shutdown already initiated mode.")
        else:
            self.graceful = True
            log.info("Entered graceful shutdown mode, will stay in this mode for up to %.0f s",
                     self.settings.graceful_max)
            self.publish()
            loop = asyncio.get_running_loop()
            loop.call_later(self.settings.graceful_max, self._enter_shutting_down)
            self._maybe_shut_down()

    def _maybe_shut_down(self) -> None:
        if self.graceful and self.participants <= self.settings.graceful_min_participants:
            self._enter_shutting_down()

    def _enter_shutting_down(self) -> None:
        if self.shutting_down:
            return
        self.shutting_down = True
        delay = self.settings.shutting_down_delay
        log.info("Will shut down in %.0f s, with %d participants", delay, self.participants)
        self.publish()
        asyncio.get_running_loop().call_later(delay, self._end)

    def _end(self) -> None:
        log.info("Videobridge is shutting down NOW")
        self.finished.set()

    # -- reports

    def publish(self) -> None:
        for client in self.clients:
            client.publish()

    def stats_element(self) -> ET.Element:
        element = ET.Element(f"{{{COLIBRI}}}stats")
        for name, value in self.stats().items():
            text = str(value).lower() if isinstance(value, bool) else str(value)
            ET.SubElement(element, f"{{{COLIBRI}}}stat", {"name": name, "value": text})
        return element

    def stats(self) -> dict[str, Any]:
        """The same values go into presence and into /colibri/stats."""
        self.refresh_metrics()
        people, m = self.participants, self.metrics
        optional = {"relay_id": self.settings.relay_id, "region": self.settings.region,
                    "release": self.settings.release}
        return {
            "endpoints": people,
            "participants": people,
            "local_endpoints": people,
            "local_active_endpoints": people,
            "octo_conferences": 0,
            "octo_endpoints": 0,
            "conferences": len(self.rooms),
            "largest_conference": max(self.rooms.values(), default=0),
            "visitors": 0,
            "stress_level": self.stress,
            "average_participant_stress": self.settings.average_participant_stress,
            "total_conferences_created": m.get("conferences_created_total"),
            "total_conferences_completed": m.get("conferences_completed_total"),
            "total_participants": m.get("endpoints_total"),
            "threads": 1,
            "graceful_shutdown": self.graceful,
            "shutting_down": self.shutting_down,
            "drain": self.drain,
            "current_timestamp": time.strftime("%Y-%m-%d %H:%M:%S.000", time.gmtime()),
            "muc_clients_configured": m.get("muc_clients_configured"),
            "muc_clients_connected": m.get("muc_clients_connected"),
            "mucs_configured": m.get("mucs_connected"),
            "mucs_joined": m.get("mucs_joined"),
            "healthy": True,
            "version": self.version,
            **{name: value for name, value in optional.items() if value is not None},
        }

    def refresh_metrics(self) -> None:
        connected = [c for c in self.clients if c.connected]
        values = {
            "stress": self.stress,
            "conferences": len(self.rooms),
            "local_endpoints": self.participants,
            "current_endpoints": self.participants,
            "largest_conference": max(self.rooms.values(), default=0),
            "drain_mode": self.drain,
            "graceful_shutdown": self.graceful,
            "shutting_down": self.shutting_down,
            "muc_clients_configured": len(self.clients),
            "muc_clients_connected": len(connected),
            "mucs_connected": sum(len(c.account.rooms) for c in self.clients),
            "mucs_joined": sum(len(c.joined) for c in connected),
            "xmpp_disconnects_total": sum(c.disconnects for c in self.clients),
        }
        for name, value in values.items():
            self.metrics.set(name, value)


def _metrics() -> Metrics:
    m = Metrics("jitsi_jvb")
    m.gauge("healthy", "Whether the bridge is healthy.", True)
    m.gauge("startup_time", "The startup time of the service.", int(time.time() * 1000))
    m.gauge("stress", "Current stress (between 0 and 1).", 0.0)
    m.gauge("conferences", "Current number of conferences.")
    m.gauge("local_endpoints", "Number of local endpoints that exist currently.")
    m.gauge("current_endpoints", "Number of current endpoints (local and relayed).")
    m.gauge("largest_conference", "The size of the largest conference.")
    m.gauge("drain_mode", "Whether the bridge is in drain mode.", False)
    m.gauge("graceful_shutdown", "Whether the bridge is in graceful shutdown mode.", False)
    m.gauge("shutting_down", "Whether the bridge is shutting down.", False)
    m.gauge("muc_clients_configured", "Number of MUC clients that are configured.")
    m.gauge("muc_clients_connected", "Number of MUC clients that are connected.")
    # Upstream registers the number of configured MUCs under this name.
    m.gauge("mucs_connected", "Number of MUCs that are configured.")
    m.gauge("mucs_joined", "Number of MUCs that are joined.")
    m.counter("conferences_created", "The total number of conferences created.")
    m.counter("conferences_completed", "The total number of conferences completed/expired.")
    m.counter("endpoints", "The total number of endpoints created.")
    m.counter("xmpp_disconnects", "The number of times an XMPP connection has disconnected.")
    return m
