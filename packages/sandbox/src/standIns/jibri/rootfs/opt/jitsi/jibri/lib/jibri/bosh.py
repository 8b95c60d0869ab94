"""A session of prosody over BOSH, as the web application holds one for its user.

https://xmpp.org/extensions/xep-0206.html
"""

import asyncio
import base64
import logging
import random
from typing import Any, Optional
from xml.etree import ElementTree as ET

import aiohttp

from .settings import Login

log = logging.getLogger("JibriSelenium")

BIND = "http://jabber.org/protocol/httpbind"
XBOSH = "urn:xmpp:xbosh"
SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
RESOURCE = "urn:ietf:params:xml:ns:xmpp-bind"
# prosody answers an empty request after so long.
POLL_SECONDS = 20
# A server that restarts is asked again, as lib-jitsi-meet does.
ATTEMPTS = 3


class LoginError(Exception):
    """Why there is no session."""


class Session:
    """Of one account. Raises LoginError, and the errors of aiohttp and of XML."""

    def __init__(self, http: aiohttp.ClientSession, address: str, login: Login, ssl: Any) -> None:
        self._http = http
        self._address = address
        self._login = login
        self._ssl = ssl
        self._sid = ""
        self._rid = random.randrange(1_000_000, 9_000_000)

    async def open(self) -> None:
        domain = self._login.domain
        opened = await self._post({"to": domain, "ver": "1.6", "wait": str(POLL_SECONDS), "hold": "1",
                                   f"{{{XBOSH}}}version": "1.0"})
        if opened.get("sid") is None:
            raise LoginError(f"{domain}: {opened.get('condition', 'no session')}")
        self._sid = opened.get("sid", "")
        auth = ET.Element(f"{{{SASL}}}auth", {"mechanism": "PLAIN"})
        words = f"\0{self._login.username}\0{self._login.password}"
        auth.text = base64.b64encode(words.encode()).decode()
        answer = await self._post({}, auth)
        if answer.find(f"{{{SASL}}}success") is None:
            raise LoginError(f"{self._login.username}@{domain} cannot log in")
        await self._post({"to": domain, f"{{{XBOSH}}}restart": "true"})
        iq = ET.Element("{jabber:client}iq", {"type": "set", "id": "bind"})
        ET.SubElement(iq, f"{{{RESOURCE}}}bind")
        await self._post({}, iq)

    async def hold(self) -> None:
        """Until prosody ends it, or does not answer any more."""
        failed = 0
        while failed < ATTEMPTS:
            try:
                answer = await self._post({})
            except (aiohttp.ClientError, asyncio.TimeoutError, ET.ParseError) as problem:
                failed += 1
                log.info("prosody does not answer: %s", problem)
                await asyncio.sleep(1)
                continue
            if answer.get("type") == "terminate":
                log.info("prosody has ended the session: %s", answer.get("condition", "no reason"))
                return
            failed = 0

    async def close(self) -> None:
        await self._post({"type": "terminate"})

    async def _post(self, attributes: dict[str, str], child: Optional[ET.Element] = None) -> ET.Element:
        self._rid += 1
        sid = {"sid": self._sid} if self._sid else {}
        body = ET.Element(f"{{{BIND}}}body", {"rid": str(self._rid), **sid, **attributes})
        if child is not None:
            body.append(child)
        async with self._http.post(self._address, data=ET.tostring(body), ssl=self._ssl,
                                   headers={"Content-Type": "text/xml"}) as answer:
            return ET.fromstring(await answer.text())
