"""One XMPP account that joins rooms and stays there: connects again for ever, as Smack does.

The server's certificate is verified against Java's trust store, as it was when the program started, and the name in it
must be the XMPP domain (not the host that was dialled). TLS is required except on loopback.
"""

import asyncio
import logging
import ssl
from typing import Callable, Optional
from xml.etree import ElementTree as ET

from slixmpp import ClientXMPP
from slixmpp.exceptions import IqError, IqTimeout, XMPPError
from slixmpp.xmlstream.handler import Callback, CoroutineCallback
from slixmpp.xmlstream.matcher import MatchXPath
from slixmpp.xmlstream.matcher.base import MatcherBase

from .account import Account
from .names import MUC, MUC_USER, PING
from .trust import TrustStore

log = logging.getLogger("MucClient")

LOOPBACK = ("localhost", "127.0.0.1", "::1")
CONNECT_TIMEOUT = 30.0


class _Failed(Exception):
    """Why an attempt to connect or log in failed, in words for the log."""


class _Client(ClientXMPP):
    """Dials exactly the host that it is told, but verifies the XMPP domain's name."""

    def get_ssl_context(self) -> ssl.SSLContext:
        # slixmpp would add the system's store, which changes while the program runs.
        return self.ssl_context

    async def _pick_dns_answer(self, domain, port=None):
        return None

    def dial(self, host: str, port: int, domain: str) -> None:
        self.connect((host, port))
        # connect() takes a host name for the name in the certificate; the dial itself comes later.
        self.default_domain = domain


class MucClient:
    """Keeps `account` in its rooms.

    on_presence(room, nickname, element or None for left) and on_iq(element, from) -> payload of the
    reply, an empty list for none; None says that the request is unknown, a raised ValueError becomes
    an internal-server-error.
    """

    def __init__(self, account: Account, retry_seconds: float = 5.0) -> None:
        self.account = account
        self._trusted = TrustStore()
        self.retry_seconds = retry_seconds
        self.joined: set[str] = set()
        self.connected = False
        self.disconnects = 0
        self.extension: Optional[Callable[[], Optional[ET.Element]]] = None
        self.on_presence: Optional[Callable[[str, str, Optional[ET.Element]], None]] = None
        self.on_iq: Optional[Callable[[ET.Element, str], Optional[list[ET.Element]]]] = None
        self._client: Optional[_Client] = None

    async def run(self) -> None:
        """Never returns; cancel it to leave."""
        while True:
            try:
                await self._session()
                log.warning("Closed by %s:%d", self.account.host, self.account.port)
            except _Failed as problem:
                log.warning("Failed to connect/login to %s:%d as %s@%s: %s", self.account.host,
                            self.account.port, self.account.username, self.account.domain, problem)
            await asyncio.sleep(self.retry_seconds)
            log.info("Reconnecting to %s:%d", self.account.host, self.account.port)

    async def _session(self) -> None:
        """One connection from dial to loss."""
        outcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        lost = asyncio.Event()
        client = self._new_client(outcome, lost)
        self._client = client
        try:
            client.dial(self.account.host, self.account.port, self.account.domain)
            try:
                await asyncio.wait_for(outcome, CONNECT_TIMEOUT)
            except asyncio.TimeoutError:
                raise _Failed(f"no answer within {CONNECT_TIMEOUT:.0f} s") from None
            self.connected = True
            log.info("Authenticated as %s", client.boundjid)
            for room in self.account.rooms:
                self._send_presence(room, join=True)
            await lost.wait()
        finally:
            if self.connected:
                self.disconnects += 1
            self.connected = False
            self.joined.clear()
            self._client = None
            client.cancel_connection_attempt()
            client.abort()

    def _new_client(self, outcome: "asyncio.Future[None]", lost: asyncio.Event) -> _Client:
        account = self.account
        client = _Client(f"{account.username}@{account.domain}", account.password)
        client.ssl_context = self._trusted.context()
        if not account.verify:
            log.warning("Disabling certificate verification!")
            client.ssl_context.check_hostname = False
            client.ssl_context.verify_mode = ssl.CERT_NONE

        def fail(reason: str) -> None:
            if not outcome.done():
                outcome.set_exception(_Failed(reason))
            lost.set()

        def started(_event: object) -> None:
            if "starttls" not in client.features and account.host not in LOOPBACK:
                fail("the server offers no TLS, which is required")
            elif not outcome.done():
                outcome.set_result(None)

        client.add_event_handler("session_start", started)
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
                f"Iq {kind}", _IqType(kind), self._iq_request))
        return client

    def publish(self) -> None:
        """Sends presence with the current extension into the joined rooms."""
        for room in self.joined:
            self._send_presence(room, join=False)

    def _send_presence(self, room: str, join: bool) -> None:
        if self._client is None:
            return
        presence = self._client.make_presence(pto=f"{room}/{self.account.nickname}")
        if join:
            presence.xml.append(ET.Element(f"{{{MUC}}}x"))
        element = self.extension() if self.extension else None
        if element is not None:
            presence.xml.append(element)
        presence.send()

    def leave(self) -> None:
        """Says good-bye before a clean stop, so that others need not wait for a broken connection."""
        if self._client is not None and self.connected:
            for room in self.joined:
                self._client.make_presence(
                    ptype="unavailable", pto=f"{room}/{self.account.nickname}").send()

    def send_presence(self, to: str) -> None:
        """Available presence to one address outside the rooms."""
        if self._client is not None and self.connected:
            self._client.make_presence(pto=to).send()

    async def request(self, to: str, payload: ET.Element, timeout: float,
                      kind: str = "get") -> Optional[ET.Element]:
        """The answer, which may be of type error; None on timeout or while not connected."""
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
            children = self._answer(payload, str(iq["from"]))
        except ValueError as problem:
            log.warning("Error in a request from %s: %s", iq["from"], problem)
            raise XMPPError("internal-server-error", text=str(problem)) from None
        if children is None:
            raise XMPPError("service-unavailable", text=f"Unsupported IQ request {payload.tag}")
        answer = iq.reply(clear=True)
        answer.xml.extend(children)
        answer.send()

    def _answer(self, payload: ET.Element, sender: str) -> Optional[list[ET.Element]]:
        if payload.tag == f"{{{PING}}}ping":
            return []
        return self.on_iq(payload, sender) if self.on_iq else None


class _IqType(MatcherBase):
    """Matches iq requests of one type."""

    def match(self, xml) -> bool:
        return xml.xml.tag == "{jabber:client}iq" and xml.xml.get("type") == self._criteria
