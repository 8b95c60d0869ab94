"""The reports of the bridge: its metrics, and the statistics in presence and at /colibri/stats."""

import time
from typing import Any
from xml.etree import ElementTree as ET

from jitsi_stand_in.metrics import Metrics
from jitsi_stand_in.names import COLIBRI

from .bridge import Bridge


class Reports:
    def __init__(self, bridge: Bridge) -> None:
        self.bridge = bridge
        self.metrics = _metrics()
        self._measured = 0

    def stats_element(self) -> ET.Element:
        element = ET.Element(f"{{{COLIBRI}}}stats")
        for name, value in self.stats().items():
            text = str(value).lower() if isinstance(value, bool) else str(value)
            ET.SubElement(element, f"{{{COLIBRI}}}stat", {"name": name, "value": text})
        return element

    def stats(self) -> dict[str, Any]:
        """Presence and /colibri/stats have the same values."""
        self.refresh()
        bridge, m = self.bridge, self.metrics
        participants = bridge.participants
        optional = {"relay_id": bridge.settings.relay_id, "region": bridge.settings.region,
                    "release": bridge.settings.release}
        return {
            "endpoints": participants,
            "participants": participants,
            "local_endpoints": participants,
            "local_active_endpoints": participants,
            "octo_conferences": 0,
            "octo_endpoints": 0,
            "conferences": len(bridge.rooms),
            "largest_conference": max(bridge.rooms.values(), default=0),
            "visitors": 0,
            "stress_level": bridge.stress,
            "average_participant_stress": bridge.settings.average_participant_stress,
            "total_conferences_created": m.get("conferences_created_total"),
            "total_conferences_completed": m.get("conferences_completed_total"),
            "total_participants": m.get("endpoints_total"),
            "threads": 1,
            "graceful_shutdown": bridge.graceful,
            "shutting_down": bridge.shutting_down,
            "drain": bridge.drain,
            "current_timestamp": time.strftime("%Y-%m-%d %H:%M:%S.000", time.gmtime()),
            "muc_clients_configured": m.get("muc_clients_configured"),
            "muc_clients_connected": m.get("muc_clients_connected"),
            "mucs_configured": m.get("mucs_connected"),
            "mucs_joined": m.get("mucs_joined"),
            "healthy": True,
            "version": bridge.version,
            **{name: value for name, value in optional.items() if value is not None},
        }

    def refresh(self) -> None:
        """Some values change at once, the others only at a tick, like with upstream's
        MetricsUpdater.
        """
        bridge = self.bridge
        values = {
            "conferences": len(bridge.rooms),
            "local_endpoints": bridge.participants,
            "drain_mode": bridge.drain,
            "graceful_shutdown": bridge.graceful,
            "shutting_down": bridge.shutting_down,
            "conferences_created_total": bridge.created,
            "conferences_completed_total": bridge.completed,
            "endpoints_total": bridge.endpoints_created,
            "xmpp_disconnects_total": sum(c.disconnects for c in bridge.clients),
        }
        if self._measured != bridge.ticks:
            self._measured = bridge.ticks
            values.update(self._periodic())
        for name, value in values.items():
            self.metrics.set(name, value)

    def _periodic(self) -> dict[str, Any]:
        bridge = self.bridge
        connected = [c for c in bridge.clients if c.connected]
        return {
            "stress": bridge.stress,
            "current_endpoints": bridge.participants,
            "largest_conference": max(bridge.rooms.values(), default=0),
            "muc_clients_configured": len(bridge.clients),
            "muc_clients_connected": len(connected),
            "mucs_connected": sum(len(c.account.rooms) for c in bridge.clients),
            "mucs_joined": sum(len(c.joined) for c in connected),
        }


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
    # Upstream uses this name for the number of configured MUCs.
    m.gauge("mucs_connected", "Number of MUCs that are configured.")
    m.gauge("mucs_joined", "Number of MUCs that are joined.")
    m.counter("conferences_created", "The total number of conferences created.")
    m.counter("conferences_completed", "The total number of conferences completed/expired.")
    m.counter("endpoints", "The total number of endpoints created.")
    m.counter("xmpp_disconnects", "The number of times an XMPP connection has disconnected.")
    return m
