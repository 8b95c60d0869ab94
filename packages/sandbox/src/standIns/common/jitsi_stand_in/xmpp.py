"""One XMPP account that joins rooms and stays in them. It reconnects forever, like Smack.

The server's certificate is verified against Java's trust store, as it was at the start of the
program. The name in it must be the XMPP domain, not the host of the connection. TLS is required
except on loopback.
"""

import asyncio
import logging
from typing import Callable, Optional
from xml.etree import ElementTree as ET

from slixmpp.exceptions import IqError, IqTimeout, XMPPError
from slixmpp.xmlstream.handler import Callback, CoroutineCallback
from slixmpp.xmlstream.matcher import MatchXPath

from .account import Account
from .names import MUC, MUC_USER, PING
from .pings import until_dead
from .refusal import Refusal
from .stream import BrokenConnection, Client, IqType
from .trust import TrustStore

log = logging.getLogger("MucClient")

LOOPBACK = ("localhost", "127.0.0.1", "::1")
CONNECT_TIMEOUT = 30.0
# Delay before a reconnect after a first successful login (ReconnectionManager, fixed delay).
RECONNECT_SECONDS = 1.0
# Smack's PingManager: an answer may take two minutes, whatever the reply timeout.
PING_TIMEOUT = 120.0


class _Failed(Exception):
    """Why an attempt to connect or log in failed, as text for the log."""


class MucClient:
    """Keeps `account` in its rooms.

    on_presence(room, nickname, element, or None when the occupant left). on_iq(element, from)
    returns the payload of the reply, or an empty list for none. None means that the request is
    unknown. A raised Refusal becomes its error, a raised ValueError an internal-server-error.
    """

    def __init__(self, account: Account, retry_seconds: float = 5.0, ping_seconds: float = 30.0) -> None:
        self.account = account
        self._trusted = TrustStore()
        self.retry_seconds = retry_seconds
        self.ping_seconds = ping_seconds
        self.joined: set[str] = set()
        self.connected = False
        self.disconnects = 0
        self.fresh_logins = 0  # those that did not resume an earlier connection
        self.on_fresh_login: Optional[Callable[[], None]] = None
        self.extension: Optional[Callable[[], Optional[ET.Element]]] = None
        self.on_presence: Optional[Callable[[str, str, Optional[ET.Element]], None]] = None
        self.on_iq: Optional[Callable[[ET.Element, str], Optional[list[ET.Element]]]] = None
        self._client: Optional[Client] = None
        self._broken: Optional[BrokenConnection] = None

    async def run(self) -> None:
        """Never returns; cancel it to leave."""
        while True:
            try:
                await self._session()
                log.warning("Closed by %s:%d", self.account.host, self.account.port)
            except _Failed as problem:
                log.warning("Failed to connect/login to %s:%d as %s@%s: %s", self.account.host,
                            self.account.port, self.account.username, self.account.domain, problem)
            await asyncio.sleep(RECONNECT_SECONDS if self.fresh_logins else self.retry_seconds)
            log.info("Reconnecting to %s:%d", self.account.host, self.account.port)

    async def _session(self) -> None:
        """One connection, from the start until it is lost."""
        # Whether it resumed an earlier connection.
        outcome: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        lost = asyncio.Event()
        client = self._new_client(outcome, lost)
        self._client = client
        try:
            client.dial(self.account.host, self.account.port, self.account.domain)
            try:
                resumed = await asyncio.wait_for(outcome, CONNECT_TIMEOUT)
            except asyncio.TimeoutError:
                raise _Failed(f"no answer within {CONNECT_TIMEOUT:.0f} s") from None
            self._authenticated(client, resumed)
            await self._until_lost(client, lost)
            self._broken = client.broken()
        finally:
            if self.connected:
                self.disconnects += 1
            self.connected = False
            self._client = None
            client.discard()

    def _authenticated(self, client: Client, resumed: bool) -> None:
        self.connected = True
        log.info("Authenticated as %s, resumed=%s", client.boundjid, str(resumed).lower())
        if resumed:
            return
        self.fresh_logins += 1
        self.joined.clear()
        if self.on_fresh_login:
            self.on_fresh_login()
        # Presence to all subscribers. The proxy component finds jicofo by it.
        client.send_presence()
        for room in self.account.rooms:
            self._send_presence(room, join=True)

    async def _until_lost(self, client: Client, lost: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        pings = loop.create_task(until_dead(
            lambda: client.last_received, self._ping, self.ping_seconds, PING_TIMEOUT))
        waiting = loop.create_task(lost.wait())
        try:
            await asyncio.wait([pings, waiting], return_when=asyncio.FIRST_COMPLETED)
            if not lost.is_set():
                log.warning("Ping failed, the XMPP connection needs to reconnect.")
                client.close()
        finally:
            pings.cancel()
            waiting.cancel()

    async def _ping(self, timeout: float) -> bool:
        payload = ET.Element(f"{{{PING}}}ping")
        return await self.request(self.account.domain, payload, timeout) is not None

    def _new_client(self, outcome: "asyncio.Future[bool]", lost: asyncio.Event) -> Client:
        account = self.account
        client = Client(account, self._trusted.context())
        if self._broken is not None:
            client.resume(self._broken)
            self._broken = None

        def fail(reason: str) -> None:
            if not outcome.done():
                outcome.set_exception(_Failed(reason))
            lost.set()

        def started(resumed: bool) -> None:
            if "starttls" not in client.features and account.host not in LOOPBACK:
                fail("the server offers no TLS, which is required")
            elif not outcome.done():
                outcome.set_result(resumed)

        client.add_event_handler("session_start", lambda _e: started(False))
        client.add_event_handler("session_resumed", lambda _e: started(True))
        client.add_event_handler("connection_failed", lambda e: fail(f"{e or 'connection failed'}"))
        client.add_event_handler(
            "ssl_invalid_chain", lambda e: fail(f"certificate verification failed: {e}"))
        client.add_event_handler(
            "failed_all_auth", lambda _e: fail("SASLError: not-authorized (wrong user or password)"))
        client.add_event_handler("disconnected", lambda e: fail(f"disconnected: {e or 'closed'}"))
        client.register_handler(
            Callback("Presence", MatchXPath("{jabber:client}presence"), self._presence))
        for kind in ("get", "set"):
            client.register_handler(CoroutineCallback(
                f"Iq {kind}", IqType(kind), self._iq_request))
        return client

    def publish(self) -> None:
        """Sends presence with the current extension to the joined rooms."""
        for room in self.joined:
            self._send_presence(room, join=False)

    def _send_presence(self, room: str, join: bool) -> None:
        if self._client is None or not self.connected:
            return
        presence = self._client.make_presence(pto=f"{room}/{self.account.nickname}")
        if join:
            presence.xml.append(ET.Element(f"{{{MUC}}}x"))
        element = self.extension() if self.extension and not join else None
        if element is not None:
            presence.xml.append(element)
        presence.send()

    def step_out(self, room: str) -> None:
        """Leaves one room until the next login, and stays logged in."""
        if self._client is not None and room in self.joined:
            to = f"{room}/{self.account.nickname}"
            self._client.make_presence(ptype="unavailable", pto=to).send()

    async def leave(self) -> None:
        """Before a clean stop. Otherwise the server keeps the occupant for a while."""
        client = self._client
        if client is None or not self.connected:
            return
        for room in self.joined:
            self.step_out(room)
        await asyncio.sleep(0.1)  # stanzas are sent by a separate task
        client.close()
        await asyncio.sleep(0.1)

    async def request(self, to: str, payload: ET.Element, timeout: float,
                      kind: str = "get") -> Optional[ET.Element]:
        """The answer, which can be of type error. None after a timeout or without a connection."""
        if self._client is None or not self.connected:
            return None
        iq = self._client.make_iq(id=self._client.new_id(), ito=to, itype=kind)
        iq.xml.append(payload)
        try:
            return (await iq.send(timeout=timeout)).xml
        except IqError as problem:
            return problem.iq.xml
        except IqTimeout:
            return None

    def _presence(self, presence) -> None:
        room, nickname = presence["from"].bare, presence["from"].resource
        if room not in (r.lower() for r in self.account.rooms) or not nickname:
            return
        kind = presence.xml.get("type")
        own = presence.xml.find(f"{{{MUC_USER}}}x/{{{MUC_USER}}}status[@code='110']") is not None
        if kind == "error":
            error = presence.xml.find("{jabber:client}error")
            names = [child.tag.split("}")[1] for child in error] if error is not None else []
            log.warning("Failed to join %s: %s", room, " ".join(names) or "error")
        elif own:
            self._own_presence(room, kind)
        elif self.on_presence:
            self.on_presence(room, nickname, None if kind == "unavailable" else presence.xml)

    def _own_presence(self, room: str, kind: Optional[str]) -> None:
        if kind == "unavailable":
            self.joined.discard(room)
            log.warning("Removed from %s", room)
        elif room not in self.joined:
            self.joined.add(room)
            log.info("Joined MUC: %s as %s", room, self.account.nickname)
            self.publish()

    async def _iq_request(self, iq) -> None:
        payload = next(iter(iq.xml), None)
        if payload is None or payload.tag.startswith("{jabber:iq:roster}"):
            return  # slixmpp's own handler answers roster pushes.
        try:
            is_ping = payload.tag == f"{{{PING}}}ping"
            children = [] if is_ping else self.on_iq and self.on_iq(payload, str(iq["from"]))
        except Refusal as problem:
            raise XMPPError(problem.condition, text=str(problem)) from None
        except ValueError as problem:
            log.warning("Error in a request from %s: %s", iq["from"], problem)
            raise XMPPError("internal-server-error", text=str(problem)) from None
        if children is None:
            raise XMPPError("service-unavailable", text=f"Unsupported IQ request {payload.tag}")
        answer = iq.reply(clear=True)
        answer.xml.extend(children)
        answer.send()
