"""The recordings of conferences: one for each at a time (JibriRecorder and JibriSession)."""

import asyncio
import logging
import uuid
from typing import TYPE_CHECKING, Any, Optional
from xml.etree import ElementTree as ET

from jitsi_stand_in.names import JIBRI
from jitsi_stand_in.refusal import Refusal

from .jibris import JibriDetector

if TYPE_CHECKING:
    from jitsi_stand_in.xmpp import MucClient

log = logging.getLogger("JibriSession")

TAG = f"{{{JIBRI}}}jibri"
REPLY_TIMEOUT = 15.0
# Recordings that have ended and are still listed.
REMEMBERED = 50


class Session:
    """A recording, from the request of a participant until it has ended or failed for good."""

    def __init__(self, room: str, stream: Optional[str]) -> None:
        self.room = room
        self.stream = stream
        self.id = str(uuid.uuid4())
        # The recorder; none after the end.
        self.jid: Optional[str] = None
        # undefined, pending, on, off
        self.status = "undefined"
        self.failure: Optional[str] = None
        self.retries = 0
        # All recorders that were tried, by nickname.
        self.tried: list[str] = []
        self.pending: Optional[asyncio.TimerHandle] = None

    def report(self) -> dict[str, Any]:
        return {"room": self.room, "session": self.id, "status": self.status,
                "mode": "stream" if self.stream else "file",
                "recorder": self.tried[-1] if self.tried else None,
                "tried": self.tried, "failure": self.failure}


class Recordings:
    def __init__(self, detector: JibriDetector, client: "MucClient", domain: str,
                 retries: int, pending_timeout: float) -> None:
        self.detector = detector
        self.client = client
        self.domain = domain
        self.max_retries = retries
        self.pending_timeout = pending_timeout
        self.active: dict[str, Session] = {}
        self.ended: list[Session] = []
        self._tasks: set["asyncio.Task[None]"] = set()

    async def start(self, room: str, stream: Optional[str] = None) -> Session:
        """A participant's request. Raises Refusal with upstream's conditions and texts."""
        if room in self.active:
            raise Refusal("unexpected-request", "Recording or live streaming is already enabled")
        session = self.active[room] = Session(room, stream)
        try:
            await self._begin(session)
        except Refusal as problem:
            session.failure = str(problem)
            self._end(session)
            raise
        return session

    async def _begin(self, session: Session) -> None:
        """Asks recorders until one accepts."""
        while True:
            jibri = self.detector.select()
            if jibri is None and self.detector.instances:
                raise Refusal("resource-constraint", "all Jibris are busy")
            if jibri is None:
                raise Refusal("service-unavailable", "no Jibris available")
            session.jid = jibri.jid
            session.tried.append(jibri.nickname)
            if await self._ask(session, jibri.jid):
                return
            self.detector.failed(jibri.jid)
            if not self._may_retry(session):
                raise Refusal("internal-server-error", "Internal server error")

    async def _ask(self, session: Session, jid: str) -> bool:
        """Whether the recorder has accepted."""
        log.info("Starting session with Jibri %s", jid)
        self._wait_for_start(session)
        reply = await self.client.request(
            jid, self._start_request(session), REPLY_TIMEOUT, kind="set")
        answer = None if reply is None else reply.find(TAG)
        if reply is None:
            log.error("Jibri start request timed out, sending a stop command.")
            self._send_stop(jid, session.id)
        if answer is None or answer.get("status") != "pending":
            log.error("Unexpected response to start request from %s: %s", jid,
                      None if answer is None else answer.attrib)
            return False
        session.status = "pending"
        return True

    def _start_request(self, session: Session) -> ET.Element:
        fields = {"action": "start", "session_id": session.id,
                  "recording_mode": "stream" if session.stream else "file",
                  "room": f"{session.room}@conference.{self.domain}"}
        if session.stream:
            fields["streamid"] = session.stream
        return ET.Element(TAG, fields)

    def stop(self, room: str) -> None:
        """A participant's request, or the end of the conference. Nothing is waited for."""
        session = self.active.get(room)
        if session is None:
            raise Refusal("item-not-found", "Unknown session")
        if session.jid is not None:
            self._send_stop(session.jid, session.id)
        self._end(session)

    def _send_stop(self, jid: str, session: str) -> None:
        self._background(self._stop(jid, session))

    async def _stop(self, jid: str, session: str) -> None:
        payload = ET.Element(TAG, {"action": "stop", "session_id": session})
        await self.client.request(jid, payload, REPLY_TIMEOUT, kind="set")

    def update(self, payload: ET.Element, sender: str) -> list[ET.Element]:
        """A status from a recorder. Raises Refusal if no conference is recorded by it."""
        session = next((s for s in self.active.values() if s.jid == sender), None)
        if session is None:
            raise Refusal("item-not-found", "no session of this Jibri")
        reason = payload.get("failure_reason")
        retry = payload.get("should_retry") == "true"
        self._status(session, payload.get("status", "undefined"), reason, retry)
        return []

    def offline(self, jid: str) -> None:
        for session in list(self.active.values()):
            if session.jid == jid:
                log.warning("Jibri went offline: %s for room: %s", jid, session.room)
                self._status(session, "off", "error", True)

    def _status(self, session: Session, status: str, failure: Optional[str], retry: bool) -> None:
        session.status = status
        if status != "pending":
            self._started(session)
        if failure is not None:
            session.failure = failure
            if retry and self._may_retry(session):
                log.info("Jibri failed, trying to fall back to another Jibri")
                self._background(self._again(session))
                return
        if status == "off":
            self._end(session)

    def _may_retry(self, session: Session) -> bool:
        session.retries += 1
        return self.max_retries < 0 or session.retries <= self.max_retries

    async def _again(self, session: Session) -> None:
        try:
            await self._begin(session)
            session.failure = None
        except Refusal as problem:
            log.warning("Failed to fall back to another Jibri, this session has now failed: %s",
                        problem)
            self._end(session)

    def _wait_for_start(self, session: Session) -> None:
        self._started(session)
        loop = asyncio.get_running_loop()
        session.pending = loop.call_later(self.pending_timeout, self._timed_out, session)

    def _started(self, session: Session) -> None:
        if session.pending is not None:
            session.pending.cancel()
            session.pending = None

    def _timed_out(self, session: Session) -> None:
        """Upstream means to try another recorder, but has forgotten the session by then."""
        log.error("Jibri pending timeout! %s", session.room)
        if session.jid is not None:
            self._send_stop(session.jid, session.id)
        session.failure = "pending timeout"
        self._end(session)

    def _end(self, session: Session) -> None:
        self._started(session)
        session.status, session.jid = "off", None
        if self.active.get(session.room) is session:
            del self.active[session.room]
            self.ended = [*self.ended, session][-REMEMBERED:]

    def report(self) -> list[dict[str, Any]]:
        """The active recordings, and after them those that have ended, the latest last."""
        return [s.report() for s in [*self.active.values(), *self.ended]]

    def _background(self, work) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
