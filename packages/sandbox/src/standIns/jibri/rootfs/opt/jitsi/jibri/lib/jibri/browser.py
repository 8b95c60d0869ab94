"""The browser that joins meetings: Chrome, which chromedriver starts.

Both programs are started for their versions only, because the sandbox has no web application. The
page is fetched and its certificate verified as the browser does it, and the account of the browser
logs in.
"""

import asyncio
import base64
import glob
import logging
import random
import re
import shutil
import subprocess
from typing import Optional
from xml.etree import ElementTree as ET

import aiohttp

from .settings import Login

log = logging.getLogger("JibriSelenium")

# Debian's chromedriver starts Debian's browser, also where another one is there.
DRIVERS = ("chromedriver",)
BROWSERS = ("chromium",)
LOG_FILE = "/var/log/jitsi/jibri/chromedriver.log"
TIMEOUT = aiohttp.ClientTimeout(total=60)
BIND = "http://jabber.org/protocol/httpbind"
SASL = "urn:ietf:params:xml:ns:xmpp-sasl"


class BrowserError(Exception):
    """Why the meeting could not be joined."""


def check_pair() -> str:
    """The version of the browser. Raises BrowserError if it does not fit the driver's."""
    browser, driver = _version(BROWSERS), _version(DRIVERS)
    if browser.split(".")[0] != driver.split(".")[0]:
        raise BrowserError(
            f"session not created: This version of ChromeDriver only supports Chrome version "
            f"{driver.split('.')[0]}\nCurrent browser version is {browser}")
    return browser


def _version(names: tuple[str, ...]) -> str:
    path = next((found for found in map(shutil.which, names) if found), None)
    if path is None:
        raise BrowserError(f"cannot find {names[0]} binary")
    said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=60,
                          check=False)
    match = re.search(r"(\d+\.\d+\.\d+\.\d+)", said.stdout)
    if said.returncode != 0 or match is None:
        raise BrowserError(f"{path} --version: {(said.stdout + said.stderr).strip()}")
    return match[1]


class Browser:
    """Raises BrowserError where the real one cannot be started."""

    def __init__(self, login: Login, xmpp_domain: str, flags: list[str]) -> None:
        if not glob.glob("/tmp/.X11-unix/X0"):
            raise BrowserError("session not created: Chrome failed to start: no display :0")
        log.info("Chrome %s", check_pair())
        with open(LOG_FILE, "a", encoding="utf8"):
            pass  # chromedriver ends at once if it cannot write its log.
        self.login = login
        self.domain = xmpp_domain
        self.trust_all = "--ignore-certificate-errors" in flags
        # A process that stands for the browser, so that it can crash.
        self._process: Optional[asyncio.subprocess.Process] = None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def join(self, url: str) -> None:
        self._process = await asyncio.create_subprocess_exec(
            "bash", "-c", 'exec -a "chrome --kiosk $0" sleep infinity', url,
            stdin=asyncio.subprocess.DEVNULL)
        ssl = None if not self.trust_all else False
        try:
            async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
                async with session.get(url, ssl=ssl) as page:
                    if page.status != 200:
                        raise BrowserError(f"{url} answered {page.status}")
                await self._log_in(session, url, ssl)
        except (aiohttp.ClientError, asyncio.TimeoutError, ET.ParseError) as problem:
            raise BrowserError(f"{url}: {problem}") from None

    async def _log_in(self, session: aiohttp.ClientSession, url: str, ssl) -> None:
        """Logs in by BOSH, as the page does with the account of the recorder."""
        bosh = f"{'/'.join(url.split('/')[:3])}/http-bind"
        rid = random.randrange(1_000_000, 9_000_000)

        async def post(attributes: dict[str, str], child: Optional[ET.Element] = None) -> ET.Element:
            body = ET.Element(f"{{{BIND}}}body", {"rid": str(rid), **attributes})
            if child is not None:
                body.append(child)
            async with session.post(bosh, data=ET.tostring(body), ssl=ssl,
                                    headers={"Content-Type": "text/xml"}) as answer:
                return ET.fromstring(await answer.text())

        opened = await post({"to": self.login.domain, "ver": "1.6", "wait": "5", "hold": "1",
                             "{urn:xmpp:xbosh}version": "1.0"})
        sid = opened.get("sid")
        if sid is None:
            raise BrowserError(f"{self.login.domain}: {opened.get('condition', 'no session')}")
        auth = ET.Element(f"{{{SASL}}}auth", {"mechanism": "PLAIN"})
        auth.text = base64.b64encode(
            f"\0{self.login.username}\0{self.login.password}".encode()).decode()
        rid += 1
        answer = await post({"sid": sid}, auth)
        rid += 1
        if answer.find(f"{{{SASL}}}success") is None:
            raise BrowserError(f"{self.login.username}@{self.login.domain} cannot log in")
        await post({"sid": sid, "type": "terminate"})

    async def quit(self) -> None:
        log.info("Leaving call and quitting browser")
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
