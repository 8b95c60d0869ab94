"""The requests of jicofo in the brewery (XmppApi)."""

import asyncio
import logging
from typing import Callable, Optional
from xml.etree import ElementTree as ET

from jitsi_stand_in.names import JIBRI, PARTICIPANTS
from jitsi_stand_in.xmpp import MucClient

from .browser import Browser, BrowserError
from .manager import Busy, Manager, State
from .recording import Recording
from .settings import Environment, Settings

log = logging.getLogger("XmppApi")

TAG = f"{{{JIBRI}}}jibri"
REQUEST_SECONDS = 15.0
LOOK_SECONDS = 0.2


class Control:
    """One connection to one host of an environment."""

    def __init__(self, settings: Settings, environment: Environment, host: str,
                 manager: Manager) -> None:
        self.settings = settings
        self.environment = environment
        self.manager = manager
        self.context = f"{environment.name}-{host}"
        self.client = MucClient(environment.account(host))
        self.client.extension = manager.status.element
        self.client.on_iq = self.handle
        self._tasks: set["asyncio.Task[None]"] = set()

    async def run(self) -> None:
        """Never returns. Like upstream, a recording ends with the connection of its request."""
        loop = asyncio.get_running_loop()
        running = loop.create_task(self.client.run())
        lost = 0
        while not running.done():
            await asyncio.sleep(LOOK_SECONDS)
            if self.client.disconnects != lost:
                lost = self.client.disconnects
                if self.manager.environment == self.context:
                    log.warning("XMPP disconnected, stopping.")
                    self.manager.stop_soon()
        await running

    def handle(self, payload: ET.Element, sender: str) -> Optional[list[ET.Element]]:
        if payload.tag != TAG:
            return None
        action = payload.get("action")
        log.info("Received JibriIq action=%s mode=%s room=%s session=%s", action,
                 payload.get("recording_mode"), payload.get("room"), payload.get("session_id"))
        if action == "start":
            return [self._start(payload, sender)]
        if action == "stop":
            self.manager.stop_soon()
            return [ET.Element(TAG, {"status": "off"})]
        raise ValueError("bad-request")

    def _start(self, payload: ET.Element, sender: str) -> ET.Element:
        mode = payload.get("recording_mode")
        if mode not in ("file", "stream"):
            return _refusal("error", retry=False)
        stream = _stream_url(payload.get("streamid", "")) if mode == "stream" else None

        def make() -> Recording:
            url = self._url(payload.get("room", ""))
            browser = Browser(self.environment.call, self.environment.xmpp_domain,
                              self.settings.chrome_flags)
            return Recording(self.settings, browser, payload.get("session_id", ""), url,
                             self._asker(payload.get("room", ""), sender), stream)

        try:
            self.manager.start(make, self.context, self.environment.usage_timeout_minutes,
                               lambda state: self._tell(state, sender))
        except Busy:
            log.error("Jibri is currently busy, cannot service this request")
            return _refusal("busy", retry=True)
        except (BrowserError, ValueError, OSError) as problem:
            log.error("Error starting Jibri service: %s", problem)
            return _refusal("error", retry=True)
        return ET.Element(TAG, {"status": "pending"})

    def _url(self, room: str) -> str:
        """The meeting's address. Raises ValueError if the room is not in the environment's domain."""
        name, _, domain = room.partition("@")
        rest = domain.replace(self.environment.strip, "", 1)
        place = rest.lower().find(self.environment.xmpp_domain.lower())
        if place < 0:
            raise ValueError(f"Unable to extract call url info from Jid {room}")
        base = self.environment.base_url or f"https://{self.environment.xmpp_domain}"
        parts = [base, rest[:place].strip("."), name]
        return "/".join(part for part in parts if part)

    def _tell(self, state: State, to: str) -> None:
        """Sends a status to jicofo. The failures of this program may be tried elsewhere."""
        fields = {"running": {"status": "on"}, "finished": {"status": "off"},
                  "error": {"status": "off", "failure_reason": "error", "should_retry": "true"}}
        log.info("Sending %s %s", state.name, state.detail)
        work = self.client.request(
            to, ET.Element(TAG, fields[state.name]), REQUEST_SECONDS, kind="set")
        task = asyncio.get_running_loop().create_task(_forget(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _asker(self, room: str, focus: str) -> Callable:
        """Asks jicofo's stand-in for the participants, which the real one sees on the page."""
        async def ask() -> Optional[int]:
            name = room.partition("@")[0]
            payload = ET.Element(f"{{{PARTICIPANTS}}}room", {"name": name})
            reply = await self.client.request(focus, payload, REQUEST_SECONDS)
            answer = None if reply is None else reply.find(f"{{{PARTICIPANTS}}}room")
            return None if answer is None else int(answer.get("participants", "0"))
        return ask


async def _forget(work) -> None:
    await work


def _refusal(reason: str, retry: bool) -> ET.Element:
    return ET.Element(TAG, {"status": "off", "failure_reason": reason,
                            "should_retry": str(retry).lower()})


def _stream_url(stream: str) -> str:
    is_url = stream.lower().startswith(("rtmp://", "rtmps://"))
    return stream if is_url else f"rtmp://a.rtmp.youtube.com/live2/{stream}"
