"""The recorders in their brewery, and jicofo's choice among them (JibriDetector)."""

import logging
import time
from dataclasses import dataclass
from typing import Any, Optional
from xml.etree import ElementTree as ET

from jitsi_stand_in.names import HEALTH_STATUS, JIBRI

log = logging.getLogger("JibriDetector")

# A recorder that failed is not chosen again for this time, unless its presence says that it is
# available.
FAILURE_SECONDS = 60.0
SELECT_SECONDS = 0.2


@dataclass
class Jibri:
    """A recorder. It publishes its status only when the status changes."""

    jid: str
    busy: str = "undefined"
    health: str = "undefined"
    last_failed: Optional[float] = None
    last_selected: Optional[float] = None

    @property
    def available(self) -> bool:
        return self.busy == "idle" and self.health == "healthy"

    @property
    def nickname(self) -> str:
        return self.jid.rpartition("/")[2]


class JibriDetector:
    def __init__(self) -> None:
        self.instances: dict[str, Jibri] = {}

    def presence(self, jid: str, presence: ET.Element) -> None:
        """An occupant without a status is no recorder, or none yet."""
        status = presence.find(f"{{{JIBRI}}}jibri-status")
        if status is None:
            return
        if jid not in self.instances:
            log.info("Creating a new instance for %s", jid)
        jibri = self.instances.setdefault(jid, Jibri(jid))
        jibri.busy = _status(status, f"{{{JIBRI}}}busy-status")
        jibri.health = _status(status, f"{{{HEALTH_STATUS}}}health-status")
        if jibri.available:
            jibri.last_failed = None

    def remove(self, jid: str) -> bool:
        """Whether it was a recorder."""
        known = self.instances.pop(jid, None) is not None
        if known:
            log.info("Removing instance %s", jid)
        return known

    def select(self) -> Optional[Jibri]:
        """An available recorder: the one that has failed least recently, or never."""
        now = time.monotonic()
        free = [j for j in self.instances.values() if j.available
                and (j.last_selected is None or now - j.last_selected >= SELECT_SECONDS)]
        oldest = min(free, key=lambda j: j.last_failed or 0.0, default=None)
        if oldest is None or (oldest.last_failed is not None
                              and now - oldest.last_failed < FAILURE_SECONDS):
            return None
        oldest.last_selected = now
        return oldest

    def failed(self, jid: str) -> None:
        if jid in self.instances:
            log.info("Instance failed: %s. Will not be selected for the next PT1M", jid)
            self.instances[jid].last_failed = time.monotonic()

    def stats(self) -> dict[str, int]:
        there = self.instances.values()
        return {"count": len(there), "available": sum(j.available for j in there)}

    def debug_state(self, brewery: str) -> dict[str, Any]:
        return {"is_sip": False, "brewery_jid": brewery, **{
            jibri.nickname: {"health_status": jibri.health, "busy_status": jibri.busy,
                             "reports_available": jibri.available}
            for jibri in self.instances.values()}}


def _status(element: ET.Element, name: str) -> str:
    found = element.find(name)
    return "undefined" if found is None else found.get("status", "undefined").lower()
