"""The settings that the bridge reads from its configuration files, with upstream's defaults and
precedence.
"""

import logging
import os
from dataclasses import dataclass
from typing import Any, Optional

from jitsi_stand_in.account import Account
from jitsi_stand_in.config import Hocon, JavaOptions, read_properties, truth

log = logging.getLogger("Config")

LEGACY_SHARD = "org.jitsi.videobridge.xmpp.user."
REQUIRED = ("HOSTNAME", "USERNAME", "PASSWORD", "MUC_JIDS", "MUC_NICKNAME")


@dataclass
class Settings:
    accounts: list[Account]
    presence_interval: float
    private_host: str
    private_port: int
    media_port: int
    colibri_rest: bool
    shutdown_rest: bool
    drain_rest: bool
    initial_drain_mode: bool
    average_participant_stress: float
    relay_id: Optional[str]
    region: Optional[str]
    release: Optional[str]
    graceful_max: float
    graceful_min_participants: int
    shutting_down_delay: float
    # Seconds from the start of the program to the first answer of its REST API. The real one needs
    # 3 to 9 s.
    start_seconds: float
    # The first two numbers of the addresses that participants have at home, such as 192.168. Empty: none.
    home_network: str


def load(options: JavaOptions) -> Settings:
    """Reads jvb.conf (-Dconfig.file) and the legacy sip-communicator.properties."""
    conf = Hocon.load(options.properties.get("config.file", ""))
    legacy = read_properties(options.legacy_file)
    v = "videobridge."
    # The legacy option is an old way to disable COLIBRI. The one for shutdown takes precedence over
    # HOCON.
    colibri = conf.flag(v + "apis.rest.enabled", False) and truth(
        legacy.get("org.jitsi.videobridge.ENABLE_REST_COLIBRI", "true"), "ENABLE_REST_COLIBRI")
    shutdown = legacy.get("org.jitsi.videobridge.ENABLE_REST_SHUTDOWN")
    relay = conf.flag(v + "relay.enabled", False)
    presence = conf.seconds(v + "stats.interval", 5.0)
    return Settings(
        accounts=accounts(conf, legacy),
        presence_interval=conf.seconds(v + "apis.xmpp-client.presence-interval", presence),
        private_host=str(conf.get(v + "http-servers.private.host", "127.0.0.1")),
        private_port=int(conf.get(v + "http-servers.private.port", 8080)),
        media_port=int(legacy.get("org.jitsi.videobridge.SINGLE_PORT_HARVESTER_PORT")
                       or conf.get(v + "ice.udp.port", 10000)),
        colibri_rest=colibri,
        shutdown_rest=colibri and (truth(shutdown, "ENABLE_REST_SHUTDOWN") if shutdown is not None
                                   else conf.flag(v + "rest.shutdown.enabled", False)),
        drain_rest=conf.flag(v + "rest.drain.enabled", True),
        initial_drain_mode=conf.flag(v + "initial-drain-mode", False),
        average_participant_stress=float(
            conf.get(v + "load-management.average-participant-stress", 0.01)),
        relay_id=_required(conf, v + "relay.relay-id") if relay else None,
        region=legacy.get("org.jitsi.videobridge.REGION")
        or (_required(conf, v + "relay.region") if relay else None),
        release=conf.get(v + "version.release"),
        graceful_max=conf.seconds(v + "shutdown.graceful-shutdown-max-duration", 86400.0),
        graceful_min_participants=int(
            conf.get(v + "shutdown.graceful-shutdown-min-participants", 0)),
        shutting_down_delay=conf.seconds(v + "shutdown.shutting-down-delay", 60.0),
        start_seconds=float(os.environ.get("SANDBOX_START_SECONDS", "3")),
        home_network=os.environ.get("SANDBOX_HOME_NETWORK", ""),
    )


def _required(conf: Hocon, path: str) -> str:
    value = conf.get(path)
    if value is None:
        raise ValueError(f"{path} must be set when videobridge.relay.enabled is true")
    return str(value)


def accounts(conf: Hocon, legacy: dict[str, str]) -> list[Account]:
    """Complete shards of the legacy file replace all HOCON shards. Incomplete shards are ignored."""
    shards: dict[str, dict[str, Any]] = {}
    for name, value in legacy.items():
        if name.startswith(LEGACY_SHARD):
            shard, _, key = name[len(LEGACY_SHARD):].rpartition(".")
            shards.setdefault(shard, {})[key.upper()] = value
    chosen = [_account(s, keys) for s, keys in shards.items() if _complete(s, keys)]
    if not chosen:
        modern = conf.get("videobridge.apis.xmpp-client.configs", {})
        upper = {s: {k.upper(): v for k, v in keys.items()} for s, keys in modern.items()}
        chosen = [_account(s, keys) for s, keys in upper.items() if _complete(s, keys)]
    return chosen


def _complete(shard: str, keys: dict[str, Any]) -> bool:
    if all(key in keys for key in REQUIRED):
        return True
    log.warning("Ignoring incomplete configuration with id=%s", shard)
    return False


def _account(shard: str, keys: dict[str, Any]) -> Account:
    account = Account(
        host=str(keys["HOSTNAME"]),
        port=int(keys.get("PORT") or 5222),
        domain=str(keys.get("DOMAIN") or keys["HOSTNAME"]),
        username=str(keys["USERNAME"]),
        password=str(keys["PASSWORD"]),
        nickname=str(keys["MUC_NICKNAME"]),
        rooms=[room.strip().lower() for room in str(keys["MUC_JIDS"]).split(",")],
        verify=str(keys.get("DISABLE_CERTIFICATE_VERIFICATION", "false")).lower() != "true",
    )
    log.info("Initializing a new MucClient for [ id=%s domain=%s hostname=%s port=%d username=%s "
             "mucs=%s mucNickname=%s disableCertificateVerification=%s ]", shard, account.domain,
             account.host, account.port, account.username, account.rooms, account.nickname,
             str(not account.verify).lower())
    return account


def installed_version() -> str:
    """The version next to the program. Upstream reads it from its jar's manifest."""
    here = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    with open(os.path.join(here, "version"), encoding="ascii") as file:
        return file.read().strip()
