"""The bridge's state: conferences, drain mode, the stages of a shutdown.

Conferences come from the stand-in of jicofo (see its placing.py); no media flows. What happens here
is in presence and in the periodic metrics at the next tick only, every five seconds.
"""

import asyncio
import logging
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from jitsi_stand_in.names import HEALTH, PARTICIPANTS
from jitsi_stand_in.refusal import Refusal

from .load import HostLoad
from .settings import Settings

if TYPE_CHECKING:
    from jitsi_stand_in.xmpp import MucClient

log = logging.getLogger("Videobridge")

# Upstream's stress is CPU load divided by this threshold.
CPU_THRESHOLD = 0.9
# entity-expiration.timeout: a conference without media goes, at a check that comes as often.
EXPIRE_SECONDS = 60.0
EXPIRE_CHECK_SECONDS = 20.0


class Bridge:
    def __init__(self, settings: Settings, version: str) -> None:
        self.settings = settings
        self.version = version
        # Participants by conference; a room that begins anew is another conference.
        self.rooms: dict[str, int] = {}
        self._heard: dict[str, float] = {}
        self.drain = settings.initial_drain_mode
        self.graceful = False
        self.shutting_down = False
        self.finished = asyncio.Event()
        self.clients: "list[MucClient]" = []
        self.stress = 0.0
        self.created = 0
        self.completed = 0
        self.endpoints_created = 0
        # Counts the ticks: what is measured at one does not change before the next.
        self.ticks = 0
        self._load = HostLoad()
        self._expired_at = 0.0

    @property
    def participants(self) -> int:
        return sum(self.rooms.values())

    def tick(self) -> None:
        """The whole host's load, and each fake participant's on top; then presence with all of it."""
        people = self.participants * self.settings.average_participant_stress
        self.stress = round(self._load.since_last() / CPU_THRESHOLD + people, 4)
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
        """create and update are jicofo's, as COLIBRI's; media stands for packets that arrive.

        Raises Refusal for a conference that is not there (a bridge that has restarted knows none), and
        for a new one during a shutdown.
        """
        if kind == "create" and conference not in self.rooms:
            if self.graceful or self.shutting_down:
                log.warning("Will not create conference in shutdown mode.")
                raise Refusal("service-unavailable", "graceful-shutdown")
            log.info("create_conf, id=%s", conference)
            self.created += 1
            self.rooms[conference] = 0
        elif conference not in self.rooms:
            raise Refusal("item-not-found", "conference-not-found")
        self._heard[conference] = _now()
        if kind != "media":
            self._set(conference, participants)

    def _set(self, conference: str, participants: int) -> None:
        self.endpoints_created += max(participants - self.rooms[conference], 0)
        self.rooms[conference] = participants
        if participants == 0:
            del self.rooms[conference]
            log.info("expire_conf, id=%s", conference)
            self.completed += 1
        self._maybe_shut_down()

    def expire(self) -> None:
        """Ends the conferences of which nothing came for a while: their people have gone elsewhere."""
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
