"""The bridges in the brewery, and jicofo's choice among them."""

import logging
import time
from typing import Any, Optional
from xml.etree import ElementTree as ET

from jitsi_stand_in.names import COLIBRI

from .settings import Settings

log = logging.getLogger("BridgeSelector")

# A bridge is slow for this long after its start. For a bridge that joined before jicofo, the time
# is unknown.
NEW_SECONDS = 30.0


class Bridge:
    """The last report of an occupant of the brewery, and what jicofo knows about it."""

    def __init__(self, jid: str, settings: Settings) -> None:
        self.jid = jid
        self.settings = settings
        self.stress = 0.0
        self.version: Optional[str] = None
        self.release: Optional[str] = None
        self.region: Optional[str] = None
        self.relay_id: Optional[str] = None
        self.healthy = True
        # Until its first report, a bridge counts as draining, so that it gets no participants.
        self.draining = True
        self.graceful = False
        self.shutting_down = False
        self.participant_stress = settings.participant_stress
        self._operational = True
        self._failed_at: Optional[float] = None
        self._added: list[float] = []
        self._seen_at = time.monotonic()
        # Number of conferences that jicofo has placed on it.
        self.hosted = 0
        # Number of conferences that the bridge itself has counted since its start.
        self.created = 0

    def report(self, stats: dict[str, str]) -> None:
        self.stress = float(stats.get("stress_level", self.stress))
        self.participant_stress = float(
            stats.get("average_participant_stress", self.participant_stress))
        # No stage of a shutdown can be undone.
        self.graceful = self.graceful or stats.get("graceful_shutdown") == "true"
        self.shutting_down = self.shutting_down or stats.get("shutting_down") == "true"
        self.created = int(stats.get("total_conferences_created", self.created))
        if "drain" in stats:
            self.draining = stats["drain"] == "true"
        if "healthy" in stats:
            self.healthy = stats["healthy"] == "true"
        self.version = stats.get("version", self.version)
        self.release = stats.get("release", self.release)
        self.region = stats.get("region", self.region)
        self.relay_id = stats.get("relay_id", self.relay_id)

    @property
    def operational(self) -> bool:
        """False for a while after each failure, whatever happened since."""
        recently = (self._failed_at is not None
                    and time.monotonic() - self._failed_at < self.settings.failure_reset)
        return self._operational and not recently

    @property
    def is_new(self) -> bool:
        return time.monotonic() - self._seen_at < NEW_SECONDS

    @property
    def is_warm(self) -> bool:
        return self.hosted > 0 or self.created > 0

    def health_check(self, passed: bool) -> None:
        self._operational = passed
        if not passed:
            self._failed_at = time.monotonic()

    def endpoints_added(self, count: int) -> None:
        self._added.extend([time.monotonic()] * count)

    @property
    def corrected_stress(self) -> float:
        """The reported stress, plus the participants that it does not contain yet."""
        since = time.monotonic() - self.settings.rampup_interval
        self._added = [moment for moment in self._added if moment >= since]
        return self.stress + len(self._added) * self.participant_stress

    @property
    def overloaded(self) -> bool:
        return self.corrected_stress >= self.settings.stress_threshold

    @property
    def full_version(self) -> Optional[str]:
        return f"{self.version}-{self.release}" if self.version and self.release else self.version

    def debug_state(self, endpoints: int) -> dict[str, Any]:
        def text(value: Optional[str]) -> str:
            return "null" if value is None else value  # upstream prints Kotlin's null as a word

        return {
            "corrected-stress": self.corrected_stress,
            "drain": self.draining,
            "endpoints": endpoints,
            "endpoint-restart-requests": 0,
            "failing-ice": False,
            "graceful-shutdown": self.graceful,
            "healthy": self.healthy,
            "operational": self.operational,
            "overloaded": self.overloaded,
            "region": text(self.region),
            "relay-id": text(self.relay_id),
            "release": text(self.release),
            "shutting-down": self.shutting_down,
            "stress": self.stress,
            "version": text(self.version),
        }


class BridgeSelector:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.bridges: dict[str, Bridge] = {}
        self.lost = 0

    def presence(self, jid: str, presence: ET.Element) -> Optional[Bridge]:
        """Processes the report of an occupant. Returns None for an occupant without a report, which
        is not a bridge.
        """
        stats = presence.find(f"{{{COLIBRI}}}stats")
        if stats is None:
            return None
        bridge = self.bridges.get(jid)
        if bridge is None:
            bridge = self.bridges[jid] = Bridge(jid, self.settings)
            log.info("Added new videobridge: %s", jid)
        bridge.report({stat.get("name", ""): stat.get("value", "") for stat in stats})
        return bridge

    def remove(self, jid: str) -> Optional[Bridge]:
        bridge = self.bridges.pop(jid, None)
        if bridge is not None:
            log.info("Removing JVB: %s", jid)
            if not (bridge.graceful or bridge.shutting_down):
                log.warning("Lost a bridge: %s", jid)
                self.lost += 1
        return bridge

    def find(self, name: str) -> Optional[Bridge]:
        """Finds a bridge by its JID in the brewery or by its nickname."""
        return self.bridges.get(name) or self.bridges.get(f"{self.settings.brewery}/{name}")

    def select(self, in_use: dict[str, int]) -> Optional[Bridge]:
        """The bridge for one more participant of a conference. `in_use` has its participants by
        bridge.
        """
        candidates = [b for b in self.bridges.values() if b.operational and not b.shutting_down]
        used = [self.bridges[jid] for jid in in_use if jid in self.bridges]
        if used:
            candidates = [b for b in candidates if b.full_version == used[0].full_version]
        candidates = _preferably(candidates, lambda b: not b.draining)
        candidates = _preferably(candidates, lambda b: not b.graceful)
        candidates.sort(key=lambda b: (b.graceful, b.corrected_stress))
        if not candidates:
            log.warning("There are no operational bridges.")
            return None
        if used and (not self.settings.octo or used[0].relay_id is None):
            return used[0]
        if used and self.settings.strategy.endswith("SingleBridgeSelectionStrategy"):
            return used[0]
        return self._spread(candidates, used, in_use)

    def _spread(self, candidates: list[Bridge], used: list[Bridge],
                in_use: dict[str, int]) -> Bridge:
        """RegionBased without region groups. Preferred: a bridge in use, in the same region, with
        free capacity.
        """
        limit = self.settings.max_bridge_participants

        def room(bridge: Bridge) -> bool:
            return not bridge.overloaded and (limit < 0 or in_use.get(bridge.jid, 0) < limit)

        def near(bridge: Bridge) -> bool:
            return bridge.region is not None and bridge.region == self.settings.local_region

        ranked = [b for b in candidates if room(b)] or candidates
        return min(ranked, key=lambda b: (not near(b), b not in used, b.corrected_stress))

    def operational_count(self) -> int:
        return sum(b.operational for b in self.bridges.values())

    def stats(self) -> dict[str, int]:
        bridges = self.bridges.values()
        return {
            "bridge_count": len(bridges),
            # Like upstream, this includes draining bridges and those in graceful shutdown.
            "operational_bridge_count": self.operational_count(),
            "in_shutdown_bridge_count": sum(b.graceful for b in bridges),
            "lost_bridges": self.lost,
            "bridge_version_count": len({b.full_version for b in bridges}),
        }


def _preferably(bridges: list[Bridge], wish) -> list[Bridge]:
    return [b for b in bridges if wish(b)] or bridges
