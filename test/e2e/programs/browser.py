"""An XMPP client as it comes from a browser: by BOSH (XEP-0124, 0206) or websocket (RFC 7395), through the public
web port. What it is to do stands as JSON on stdin, what happened is printed as JSON.

stdin: {"domain", "xmpp": address of port 5222,
        "visits": [{"by": "bosh" | "websocket" | "tcp", "host", "user"?, "password"?, "room"?, "focus"?}]}
stdout: [{"login", "room"?, "focus"?}] for each visit; room is affiliation and role, or the error; focus, by browser
only, is the address that the component of this name gives for a room's focus, or the error.
"""

import asyncio
import base64
import json
import random
import sys
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

import aiohttp
from slixmpp import ClientXMPP
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

BIND = "urn:ietf:params:xml:ns:xmpp-bind"
BOSH = "http://jabber.org/protocol/httpbind"
FOCUS = "http://jitsi.org/protocol/focus"
FRAMING = "urn:ietf:params:xml:ns:xmpp-framing"
SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
MUC = "http://jabber.org/protocol/muc"
PING = "urn:xmpp:ping"
STREAM = "http://etherx.jabber.org/streams"
# How long an answer that has to come is waited for, on a busy machine too.
PATIENCE = 30.0
# How long one that may not come is waited for, once the server has answered what was asked after it.
SILENCE = 3.0


class Closed(Exception):
    """The server has ended the stream; the message says what with."""


def name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


class Bosh:
    def __init__(self, http: aiohttp.ClientSession, domain: str) -> None:
        self.http, self.url = http, f"https://{domain}/http-bind"
        self.rid, self.sid, self.to, self.received = random.randrange(1 << 31), "", "", []

    async def _post(self, attributes: str, payload: str = "") -> None:
        self.rid += 1
        body = f"<body xmlns='{BOSH}' rid='{self.rid}' {attributes}>{payload}</body>"
        async with self.http.post(self.url, data=body, headers={"Content-Type": "text/xml"}) as answer:
            text = await answer.text()
            if answer.status != 200:
                raise Closed(f"HTTP {answer.status}")
        root = ET.fromstring(text)
        self.sid = root.get("sid") or self.sid
        self.received.extend(root)
        if root.get("type") == "terminate":
            raise Closed(" ".join(name(e) for e in root.iter() if e is not root) or root.get("condition") or "terminate")

    async def open(self, to: str) -> None:
        xbosh = "xmlns:xmpp='urn:xmpp:xbosh'"
        if self.sid:
            await self._post(f"sid='{self.sid}' to='{to}' {xbosh} xmpp:restart='true'")
        else:
            await self._post(f"to='{to}' wait='1' hold='1' ver='1.6' {xbosh} xmpp:version='1.0'")

    async def send(self, text: str) -> None:
        await self._post(f"sid='{self.sid}'", text)

    async def receive(self) -> ET.Element:
        while not self.received:
            await self._post(f"sid='{self.sid}'")
            await asyncio.sleep(0.05)
        return self.received.pop(0)


class WebSocket:
    def __init__(self, http: aiohttp.ClientSession, domain: str) -> None:
        self.http, self.url, self.socket = http, f"wss://{domain}/xmpp-websocket", None

    async def open(self, to: str) -> None:
        if self.socket is None:
            self.socket = await self.http.ws_connect(self.url, protocols=["xmpp"])
        await self.send(f"<open xmlns='{FRAMING}' to='{to}' version='1.0'/>")

    async def send(self, text: str) -> None:
        await self.socket.send_str(text)

    async def receive(self) -> ET.Element:
        message = await self.socket.receive()
        if message.type != aiohttp.WSMsgType.TEXT:
            raise Closed("connection closed")
        # prosody 13 declares no namespace for the error of a stream.
        text = message.data
        if "xmlns:stream" not in text:
            text = text.replace("<stream:error", f"<stream:error xmlns:stream='{STREAM}'", 1)
        element = ET.fromstring(text)
        if name(element) == "error" or name(element) == "close":
            raise Closed(" ".join(name(e) for e in element) or "closed")
        return element if name(element) != "open" else await self.receive()


async def until(stream, wanted, seconds: float = PATIENCE) -> ET.Element | None:
    """The first stanza that `wanted` takes; None when none comes in time."""

    async def look() -> ET.Element:
        while not wanted(element := await stream.receive()):
            pass
        return element

    try:
        return await asyncio.wait_for(look(), seconds)
    except asyncio.TimeoutError:
        return None


async def until_or_ping(stream, wanted) -> ET.Element | None:
    """As until, for a stanza that may not come. A ping asks whether the server has come to what was sent."""

    def is_pong(element: ET.Element) -> bool:
        return name(element) == "iq" and element.get("id") == "ping"

    await stream.send(f"<iq xmlns='jabber:client' type='get' id='ping'><ping xmlns='{PING}'/></iq>")
    first = await until(stream, lambda e: wanted(e) or is_pong(e))
    if first is None:
        raise Closed("no answer to a ping")
    return await until(stream, wanted, SILENCE) if is_pong(first) else first


async def login(stream, visit: dict) -> str:
    """Tries even where nothing is offered, as an attacker would."""
    await stream.open(visit["host"])
    await until(stream, lambda e: name(e) == "features")
    user, password = visit.get("user"), visit.get("password", "")
    if user is None:
        await stream.send(f"<auth xmlns='{SASL}' mechanism='ANONYMOUS'/>")
    else:
        secret = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
        await stream.send(f"<auth xmlns='{SASL}' mechanism='PLAIN'>{secret}</auth>")
    answer = await until(stream, lambda e: name(e) in ("success", "failure"))
    if answer is None or name(answer) != "success":
        raise Closed("no answer" if answer is None else name(answer[0]))
    await stream.open(visit["host"])
    await until(stream, lambda e: name(e) == "features")
    await stream.send(f"<iq xmlns='jabber:client' type='set' id='bind'><bind xmlns='{BIND}'/></iq>")
    bound = await until(stream, lambda e: name(e) == "iq" and e.get("id") == "bind")
    return bound.findtext(f".//{{{BIND}}}jid")


def outcome(presence: ET.Element | None) -> str:
    if presence is None:
        return "no answer"
    if presence.get("type") == "error":
        return next(name(e) for e in presence.find("{jabber:client}error"))
    item = presence.find(f".//{{{MUC}#user}}item")
    return f"{item.get('affiliation')} {item.get('role')}"


async def enter(stream, room: str) -> str:
    place = quoteattr(f"{room}/visitor-{random.randrange(1 << 31)}")
    await stream.send(f"<presence xmlns='jabber:client' to={place}><x xmlns='{MUC}'/></presence>")
    own = await until_or_ping(stream, lambda e: name(e) == "presence" and (
        e.get("type") == "error" or e.find(f".//{{{MUC}#user}}status[@code='110']") is not None))
    return outcome(own)


async def ask_focus(stream, component: str) -> str:
    await stream.send(f"<iq xmlns='jabber:client' type='set' id='focus' to={quoteattr(component)}>"
                      f"<conference xmlns='{FOCUS}' room='any@conference.{component.partition('.')[2]}'/></iq>")
    answer = await until(stream, lambda e: name(e) == "iq" and e.get("id") == "focus")
    if answer is None:
        return "no answer"
    if answer.get("type") == "error":
        return next(name(e) for e in answer.find("{jabber:client}error"))
    return answer.find(f"{{{FOCUS}}}conference").get("focusjid")


async def by_browser(http, domain: str, visit: dict) -> dict:
    stream = {"bosh": Bosh, "websocket": WebSocket}[visit["by"]](http, domain)
    try:
        jid = await login(stream, visit)
    except Closed as end:
        return {"login": f"refused: {end}"}
    return {"login": f"as {jid.partition('/')[0].rpartition('@')[2]}",
            **({"room": await enter(stream, visit["room"])} if "room" in visit else {}),
            **({"focus": await ask_focus(stream, visit["focus"])} if "focus" in visit else {})}


class Tcp(ClientXMPP):
    """As jicofo and the bridges come: port 5222, the certificate verified."""

    def __init__(self, visit: dict) -> None:
        super().__init__(f"{visit['user']}@{visit['host']}", visit["password"])
        loop = asyncio.get_running_loop()
        self.logged_in, self.entered, self.room = loop.create_future(), loop.create_future(), visit.get("room")
        self.add_event_handler("session_start", lambda _: self._end(f"as {self.boundjid.domain}"))
        self.add_event_handler("failed_all_auth", lambda _: self._end("refused: not-authorized"))
        self.add_event_handler("disconnected", lambda reason: self._end(f"refused: {reason}"))
        self.register_handler(Callback("room", MatchXPath("{jabber:client}presence"), self._presence))

    async def _pick_dns_answer(self, domain, port=None):
        return None

    def _end(self, text: str) -> None:
        if not self.logged_in.done():
            self.logged_in.set_result(text)

    def _presence(self, presence) -> None:
        x = presence.xml
        own = x.get("type") == "error" or x.find(f".//{{{MUC}#user}}status[@code='110']") is not None
        if own and presence["from"].bare == self.room and not self.entered.done():
            self.entered.set_result(x)

    async def visit(self, address: str) -> dict:
        domain = self.boundjid.domain
        if hasattr(self, "enable_direct_tls"):
            # slixmpp 1.10 of Debian 13, which would try TLS without STARTTLS first.
            self.enable_direct_tls = False
            self.connect(address, 5222)
        else:
            self.connect((address, 5222))
        # connect() takes the address for the name in the certificate; the dial itself comes later.
        self.default_domain = domain
        result = {"login": await asyncio.wait_for(self.logged_in, 20)}
        if self.room is None or not result["login"].startswith("as "):
            return result
        presence = self.make_presence(pto=f"{self.room}/tcp-{random.randrange(1 << 31)}")
        presence.xml.append(ET.Element(f"{{{MUC}}}x"))
        presence.send()
        try:
            return {**result, "room": outcome(await asyncio.wait_for(self.entered, PATIENCE))}
        except asyncio.TimeoutError:
            return {**result, "room": outcome(None)}


async def main() -> None:
    wanted = json.load(sys.stdin)
    results = []
    # The certificate for browsers is self-signed in the sandbox.
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=False)) as http:
        for visit in wanted["visits"]:
            if visit["by"] == "tcp":
                # Stays to the end: a room lives as long as somebody is in it.
                results.append(await Tcp(visit).visit(wanted["xmpp"]))
            else:
                results.append(await by_browser(http, wanted["domain"], visit))
    print(json.dumps(results))


asyncio.run(main())
