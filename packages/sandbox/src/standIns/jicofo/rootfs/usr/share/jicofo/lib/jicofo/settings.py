"""The settings that jicofo reads from jicofo.conf, with upstream's defaults."""

import os
from dataclasses import dataclass
from typing import Optional

from jitsi_stand_in.account import Account
from jitsi_stand_in.config import ConfigError, Hocon, JavaOptions


@dataclass
class Settings:
    account: Account
    brewery: Optional[str]
    jibri_brewery: Optional[str]
    jibri_retries: int
    jibri_pending_timeout: float
    rest_host: str
    rest_port: int
    strategy: str
    octo: bool
    local_region: Optional[str]
    stress_threshold: float
    max_bridge_participants: int
    participant_stress: float
    rampup_interval: float
    failure_reset: float
    health_interval: float
    metrics_interval: float
    # Parts of the REST API. A disabled part answers 404.
    health: bool
    metrics_rest: bool
    debug_rest: bool
    move_rest: bool
    conference_rest: bool
    # Seconds from the start of the program to the first answer of its REST API. The real one needs
    # 4 to 15 s.
    start_seconds: float


def load(options: JavaOptions) -> Settings:
    path = options.properties.get("config.file", "/etc/jitsi/jicofo/jicofo.conf")
    conf = Hocon.load(path)
    client = "jicofo.xmpp.client."
    for key in ("domain", "username", "password"):
        if conf.get(client + key) is None:
            raise ConfigError(f"{path}: {client}{key} is not set")
    bridge = "jicofo.bridge."
    brewery = conf.get(bridge + "brewery-jid")
    jibri = conf.get("jicofo.jibri.brewery-jid")
    username = str(conf.get(client + "username"))
    return Settings(
        account=Account(
            host=str(conf.get(client + "hostname", "localhost")),
            port=int(conf.get(client + "port", 5222)),
            domain=str(conf.get(client + "domain")),
            username=username,
            password=str(conf.get(client + "password")),
            nickname=username,
            rooms=[str(room).lower() for room in (brewery, jibri) if room],
            verify=not conf.flag(client + "disable-certificate-verification", False),
        ),
        # XMPP ignores the case of the local part: JvbBrewery is jvbbrewery.
        brewery=str(brewery).lower() if brewery else None,
        jibri_brewery=str(jibri).lower() if jibri else None,
        jibri_retries=int(conf.get("jicofo.jibri.num-retries", 5)),
        jibri_pending_timeout=conf.seconds("jicofo.jibri.pending-timeout", 90.0),
        rest_host=str(conf.get("jicofo.rest.host", "127.0.0.1")),
        rest_port=int(conf.get("jicofo.rest.port", 8888)),
        strategy=str(conf.get(bridge + "selection-strategy", "SingleBridgeSelectionStrategy")),
        octo=conf.flag("jicofo.octo.enabled", False),
        local_region=conf.get("jicofo.local-region"),
        stress_threshold=float(conf.get(bridge + "stress-threshold", 0.8)),
        max_bridge_participants=int(conf.get(bridge + "max-bridge-participants", 80)),
        participant_stress=float(conf.get(bridge + "average-participant-stress", 0.01)),
        rampup_interval=conf.seconds(bridge + "participant-rampup-interval", 20.0),
        failure_reset=conf.seconds(bridge + "failure-reset-threshold", 60.0),
        health_interval=conf.seconds(bridge + "health-checks.interval", 10.0),
        metrics_interval=conf.seconds("jicofo.metrics.update-interval", 30.0),
        health=conf.flag("jicofo.health.enabled", False),
        metrics_rest=conf.flag("jicofo.rest.prometheus.enabled", True),
        debug_rest=conf.flag("jicofo.rest.debug.enabled", True),
        conference_rest=conf.flag("jicofo.rest.conference-request.enabled", True),
        move_rest=conf.flag("jicofo.rest.move-endpoints.enabled", True),
        start_seconds=float(os.environ.get("SANDBOX_START_SECONDS", "4")),
    )


def installed_version() -> str:
    """The version next to the program. Upstream reads it from its jar's manifest."""
    here = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    with open(os.path.join(here, "version"), encoding="ascii") as file:
        return file.read().strip()
