"""What a recorder says of itself: busy or idle, healthy or not."""

import logging
from typing import Any, Callable, Optional
from xml.etree import ElementTree as ET

from jitsi_stand_in.names import HEALTH_STATUS, JIBRI

log = logging.getLogger("JibriStatusManager")


class Status:
    """`on_change` is called after each change, and never without one."""

    def __init__(self) -> None:
        self.busy = "IDLE"
        self.healthy = True
        # Upstream has no detail before the first report of its manager.
        self.reported = False
        self.on_change: Callable[[], None] = lambda: None

    def set_busy(self, busy: str) -> None:
        if busy != self.busy:
            log.info("Busy status has changed: %s -> %s", self.busy, busy)
            self.busy = busy
            self.on_change()

    def set_unhealthy(self) -> None:
        """For good: only a new start makes a recorder healthy again."""
        self.reported = True
        if self.healthy:
            log.info("Health status has changed: HEALTHY -> UNHEALTHY")
            self.healthy = False
            self.on_change()

    def health(self, environment: Optional[str]) -> dict[str, Any]:
        """The answer of the HTTP API."""
        word = "HEALTHY" if self.healthy else "UNHEALTHY"
        details = {"JibriManager": {"healthStatus": word, "detail": ""}} if self.reported else {}
        answer: dict[str, Any] = {
            "status": {"busyStatus": self.busy, "health": {"healthStatus": word, "details": details}}}
        if environment is not None:
            answer["environmentContext"] = {"name": environment}
        return answer

    def element(self) -> Optional[ET.Element]:
        """The extension of the presence. None for EXPIRED, which upstream does not publish."""
        if self.busy == "EXPIRED":
            return None
        element = ET.Element(f"{{{JIBRI}}}jibri-status")
        ET.SubElement(element, f"{{{JIBRI}}}busy-status", {"status": self.busy.lower()})
        word = "healthy" if self.healthy else "unhealthy"
        ET.SubElement(element, f"{{{HEALTH_STATUS}}}health-status", {"status": word})
        return element
