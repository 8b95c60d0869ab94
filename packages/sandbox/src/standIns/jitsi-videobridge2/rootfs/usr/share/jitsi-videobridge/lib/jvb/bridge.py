"""The state of the bridge: conferences, drain mode, the stages of a shutdown.

Conferences come from jicofo's stand-in (its allocations.py); there is no media. Changes are visible
in presence and in the periodic metrics only at the next tick, every five seconds.
"""

import asyncio
import logging
from typing import TYPE_CHECKING, Callable
from xml.etree import ElementTree as ET

from jitsi_stand_in.names import HEALTH, PARTICIPANTS
from jitsi_stand_in.refusal import Refusal

from .load import HostLoad
from .settings import Settings

if TYPE_CHECKING:
    from jitsi_stand_in.xmpp import MucClient

log = logging.getLogger("Videobridge")

# Upstream's stress is the CPU load divided by this threshold.
CPU_THRESHOLD = 0.9
# entity-expiration.timeout: a conference without media ends, at a periodic check.
EXPIRE_SECONDS = 60.0
EXPIRE_CHECK_SECONDS = 20.0


class Bridge:
    def __init__(self, settings: Settings, version: str) -> None:
        self.settings = settings
        self.version = version
        # Participants by conference id. A room that begins again has another id.
        self.rooms: dict[str, int] = {}
        self._heard: dict[str, float] = {}
        self.drain = settings.initial_drain_mode
        self.graceful = False
        self.shutting_down = False
        self.finished = asyncio.Event()
        self.clients: "list[MucClient]" = []
        self.on_endpoints: Callable[[int], None] = lambda joined: None
        self.stress = 0.0
        self.created = 0
        self.completed = 0
        self.endpoints_created = 0
        # Counts the ticks. Measured values change only with a tick.
        self.ticks = 0
        self._load = HostLoad()
        self._expired_at = 0.0

    @property
    def participants(self) -> int:
        return sum(self.rooms.values())

    def tick(self) -> None:
        """Measures the load of the whole host, adds that of the simulated participants, and sends
        presence.
        """
        simulated = self.participants * self.settings.average_participant_stress
        self.stress = round(self._load.since_last() / CPU_THRESHOLD + simulated, 4)
        self.ticks += 1
        if _now() - self._expired_at >= EXPIRE_CHECK_SECONDS:
            self._expired_at = _now()
            self.expire()
        for client in self.clients:
            client.publish()

    # -- requests of jicofo

    def handle_iq(self, payload: ET.Element, sender: str) -> list[ET.Element] | None:
        if not any(sender.lower().startswith(room + "/") for c in self.clients
                   for room in c.account.rooms):
            log.warning("Received an IQ from a non-MUC member: %s", sender)
            raise Refusal("forbidden", "not in the room")
        if payload.tag == f"{{{HEALTH}}}healthcheck":
            return []
        if payload.tag == f"{{{PARTICIPANTS}}}conference":
            self.request(payload.get("kind", ""), payload.get("id", ""),
                         int(payload.get("participants", "0")))
            return []
        return None

    def request(self, kind: str, conference: str, participants: int) -> None:
        """Handles a request of jicofo. create and update replace COLIBRI; media means that packets
        arrive.

        Raises Refusal for an unknown conference (a restarted bridge knows none), and for a new one
        during a shutdown.
        """
        if kind == "create" and conference not in self.rooms:
            self.create(conference)
        elif conference not in self.rooms:
            raise Refusal("item-not-found", "conference-not-found")
        self._heard[conference] = _now()
        if kind != "media":
            self._set(conference, participants)

    def create(self, conference: str) -> None:
        """A new conference without endpoints. Raises Refusal during a shutdown."""
        if self.graceful or self.shutting_down:
            log.warning("Will not create conference in shutdown mode.")
            raise Refusal("service-unavailable", "graceful-shutdown")
        log.info("create_conf, id=%s", conference)
        self.created += 1
        self.rooms[conference] = 0
        self._heard[conference] = _now()

    def hold(self, conference: str, endpoints: int, expires: bool) -> None:
        """A request over REST: unlike jicofo's conferences, one without endpoints may stay."""
        self._heard[conference] = _now()
        if endpoints > 0 or expires:
            self._set(conference, endpoints)

    def _set(self, conference: str, participants: int) -> None:
        joined = max(participants - self.rooms[conference], 0)
        self.endpoints_created += joined
        self.on_endpoints(joined)
        self.rooms[conference] = participants
        if participants == 0:
            del self.rooms[conference]
            log.info("expire_conf, id=%s", conference)
            self.completed += 1
        self._maybe_shut_down()

    def expire(self) -> None:
        """Ends conferences without media for a while: their participants are on another bridge."""
        limit = _now() - EXPIRE_SECONDS
        for conference in [c for c in self.rooms if self._heard[c] < limit]:
            self._set(conference, 0)

    # -- drain and shutdown

    def set_drain(self, enable: bool) -> None:
        log.info("Received drain request. enable=%s", str(enable).lower())
        self.drain = enable

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
        asyncio.get_running_loop().call_later(delay, self._end)

    def _end(self) -> None:
        log.info("Videobridge is shutting down NOW")
        self.finished.set()


def _now() -> float:
    return asyncio.get_running_loop().time()
