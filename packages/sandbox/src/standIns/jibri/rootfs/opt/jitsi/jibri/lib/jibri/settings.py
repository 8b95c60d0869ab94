"""The settings that jibri reads from jibri.conf, with upstream's defaults.

Two kinds of errors, as upstream's: a file that cannot be parsed ends the program. What is missing in
an XMPP environment ends only its main thread, so the process stays, answers on the internal port,
and joins nothing.
"""

import os
from dataclasses import dataclass
from typing import Any, Optional

from jitsi_stand_in.account import Account
from jitsi_stand_in.config import ConfigError, Hocon, truth


@dataclass
class Login:
    domain: str
    username: str
    password: str


@dataclass
class Environment:
    """One XMPP environment."""

    name: str
    # In the form HOST or HOST:PORT.
    hosts: list[str]
    xmpp_domain: str
    base_url: Optional[str]
    control: Login
    control_port: int
    room: str
    nickname: str
    call: Login
    strip: str
    # 0 for no limit. Whole minutes, like upstream's.
    usage_timeout_minutes: int
    trust_all: bool

    def account(self, host: str) -> Account:
        name, _, port = host.partition(":")
        return Account(
            host=name, port=int(port or self.control_port), domain=self.control.domain,
            username=self.control.username, password=self.control.password,
            nickname=self.nickname, rooms=[self.room.lower()], verify=not self.trust_all)


@dataclass
class Settings:
    id: str
    single_use: bool
    external_host: str
    external_port: int
    internal_host: str
    internal_port: int
    recordings: str
    finalize: str
    chrome_flags: list[str]
    ffmpeg: list[str]
    extension: str
    empty_seconds: float
    # Not read before the internal API has started.
    environments: list[dict[str, Any]]
    # Length of a minute of usage-timeout, for tests.
    minute: float


def load(path: str) -> Settings:
    """Raises ConfigError for a file that cannot be parsed."""
    conf = Hocon.load(path)
    http = "jibri.api.http."
    return Settings(
        id=str(conf.get("jibri.id", "")),
        single_use=conf.flag("jibri.single-use-mode", False),
        external_host=str(conf.get(http + "external-api-host", "127.0.0.1")),
        external_port=int(conf.get(http + "external-api-port", 2222)),
        internal_host=str(conf.get(http + "internal-api-host", "127.0.0.1")),
        internal_port=int(conf.get(http + "internal-api-port", 3333)),
        recordings=str(conf.get("jibri.recording.recordings-directory", "/tmp/recordings")),
        finalize=str(conf.get("jibri.recording.finalize-script", "/path/to/finalize")),
        chrome_flags=[str(flag) for flag in conf.get("jibri.chrome.flags", [])],
        ffmpeg=[str(conf.get("jibri.ffmpeg.ffmpeg-binary", "ffmpeg")), "-y", "-v", "info",
                "-f", "x11grab", "-s", str(conf.get("jibri.ffmpeg.resolution", "1920x1080")),
                "-i", ":0.0+0,0", "-f", str(conf.get("jibri.ffmpeg.audio-source", "alsa")),
                "-i", str(conf.get("jibri.ffmpeg.audio-device", "plug:bsnoop"))],
        extension=str(conf.get("jibri.ffmpeg.recording-extension",
                               conf.get("jibri.ffmpeg.recording-format", "mp4"))),
        empty_seconds=conf.seconds("jibri.call-status-checks.default-call-empty-timeout", 30.0),
        environments=list(conf.get("jibri.api.xmpp.environments", [])),
        minute=float(os.environ.get("SANDBOX_MINUTE_SECONDS", "60")),
    )


def environment(given: dict[str, Any]) -> Environment:
    """Raises ConfigError for a setting that is missing or has the wrong type."""
    conf = Hocon(given)

    def required(path: str) -> str:
        value = conf.get(path)
        if value is None:
            raise ConfigError(f"No configuration setting found for key '{path.split('.')[-1]}'")
        return str(value)

    def login(path: str) -> Login:
        return Login(*(required(f"{path}.{key}") for key in ("domain", "username", "password")))

    required("xmpp-server-hosts")
    if not isinstance(given["xmpp-server-hosts"], list):
        raise ConfigError("xmpp-server-hosts has type STRING rather than LIST")
    required("usage-timeout")
    return Environment(
        name=required("name"),
        hosts=[str(host) for host in given["xmpp-server-hosts"]],
        xmpp_domain=required("xmpp-domain"),
        base_url=conf.get("base-url"),
        control=login("control-login"),
        control_port=int(conf.get("control-login.port", 5222)),
        room=f"{required('control-muc.room-name')}@{required('control-muc.domain')}",
        nickname=required("control-muc.nickname"),
        call=login("call-login"),
        strip=required("strip-from-room-domain"),
        usage_timeout_minutes=int(conf.seconds("usage-timeout", 0) // 60),
        trust_all=truth(required("trust-all-xmpp-certs"), "trust-all-xmpp-certs"),
    )


def installed_version() -> str:
    """The version next to the program. Upstream reads it from its jar's manifest."""
    here = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    with open(os.path.join(here, "version"), encoding="ascii") as file:
        return file.read().strip()
