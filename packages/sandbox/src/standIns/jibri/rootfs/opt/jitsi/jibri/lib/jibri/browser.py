"""The browser that joins meetings: Chrome, which chromedriver starts.

Both programs are started for their versions only, because the sandbox has no web application. The
page is fetched and its certificate verified as the browser does it, and the account of the browser
is logged in during the meeting.
"""

import asyncio
import glob
import logging
import re
import shutil
import subprocess
from contextlib import suppress
from typing import Optional
from xml.etree import ElementTree as ET

import aiohttp

from .bosh import LoginError, Session
from .settings import Login

log = logging.getLogger("JibriSelenium")

# Debian's chromedriver starts Debian's browser, also where another one is there.
DRIVERS = ("chromedriver",)
BROWSERS = ("chromium",)
LOG_FILE = "/var/log/jitsi/jibri/chromedriver.log"
TIMEOUT = aiohttp.ClientTimeout(total=60)
# For the farewell to prosody, which may be down.
LEAVE_SECONDS = 5


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
        self._http: Optional[aiohttp.ClientSession] = None
        self._session: Optional[Session] = None
        self._held: Optional["asyncio.Task[None]"] = None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def join(self, url: str) -> None:
        self._process = await asyncio.create_subprocess_exec(
            "bash", "-c", 'exec -a "chrome --kiosk $0" sleep infinity', url,
            stdin=asyncio.subprocess.DEVNULL)
        ssl = None if not self.trust_all else False
        self._http = aiohttp.ClientSession(timeout=TIMEOUT)
        self._session = Session(self._http, f"{'/'.join(url.split('/')[:3])}/http-bind", self.login, ssl)
        try:
            async with self._http.get(url, ssl=ssl) as page:
                if page.status != 200:
                    raise BrowserError(f"{url} answered {page.status}")
            await self._session.open()
        except (LoginError, aiohttp.ClientError, asyncio.TimeoutError, ET.ParseError) as problem:
            raise BrowserError(f"{url}: {problem}") from None
        self._held = asyncio.create_task(self._stay(self._session))

    async def _stay(self, session: Session) -> None:
        """A page without its session is in no meeting any more: no media comes, and the recording ends."""
        await session.hold()
        await self._end_process()

    async def quit(self) -> None:
        log.info("Leaving call and quitting browser")
        if self._held is not None:
            self._held.cancel()
        with suppress(aiohttp.ClientError, asyncio.TimeoutError, ET.ParseError):
            if self._session is not None and self.alive:
                await asyncio.wait_for(self._session.close(), LEAVE_SECONDS)
        if self._http is not None:
            await self._http.close()
        await self._end_process()

    async def _end_process(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
