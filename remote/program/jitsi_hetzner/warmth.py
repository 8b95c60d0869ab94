"""The first conference of a bridge is a throw-away one.

A Java program is slow at what it does for the first time: participants who were moved to a bridge that had just started
were without media for 3 to 6 s, on one that had carried a conference for 1.3 to 1.7 s. So a bridge that has had no
conference yet gets one before it takes participants, with one endpoint that nobody is behind.

The requests: https://github.com/jitsi/jitsi-videobridge/blob/master/doc/rest-colibri2.md
How the bridge reads them:
https://github.com/jitsi/jitsi-xmpp-extensions/blob/master/src/main/kotlin/org/jitsi/xmpp/extensions/colibri2/json/Colibri2JSONDeserializer.kt
What it refuses:
https://github.com/jitsi/jitsi-videobridge/blob/master/jvb/src/main/kotlin/org/jitsi/videobridge/colibri2/Colibri2ConferenceHandler.kt
"""

from contextlib import suppress
from functools import partial
from typing import Any

from .bridge_client import BridgeClient
from .host import Host
from .http_client import HttpError

CONFERENCES = "/colibri/v2/conferences"
# What a browser offers first. The transport makes the bridge gather its ICE candidates and, with sctp, load the library
# for data channels. An endpoint needs a transport and the capability source-names.
ENDPOINT: dict[str, Any] = {
    "create": True,
    "id": "00000001",
    "medias": [
        {
            "type": "audio",
            "payload-types": [{"name": "opus", "id": "111", "channels": "2", "clockrate": "48000"}],
        },
        {
            "type": "video",
            "payload-types": [{"name": "VP8", "id": "100", "clockrate": "90000"}],
        },
    ],
    "transport": {"ice-controlling": True, "sctp": {}},
    "capabilities": ["source-names"],
}


def warm(host: Host, client: BridgeClient) -> None:
    """Bounded, and never a reason to fail: without it the first participants wait for some seconds."""
    name = client.bridge.name
    try:
        if client.metric("conferences_created_total") > 0:
            return
        start = host.clock.now()
        _carry_conference(host, client)
    except HttpError as problem:
        host.info(f"a first conference on {name} fails ({problem}); {name} takes participants without it")
        return
    seconds = host.clock.now() - start
    host.info(f"{name} has carried a first conference, without participants ({seconds:.0f} s)")


def _carry_conference(host: Host, client: BridgeClient) -> None:
    meeting = f"warm-up-{host.clock.wall_clock_ns()}"
    seconds = host.waits.warm_up
    expire = partial(client.change_conference, "PATCH", f"{CONFERENCES}/{meeting}", {"expire": True}, seconds)
    conference = {"meeting-id": meeting, "create": True, "endpoints": [ENDPOINT]}
    try:
        client.change_conference("POST", CONFERENCES, conference, seconds)
    except HttpError:
        # Perhaps its answer was only too late. One that stays is expired by the bridge, after a minute.
        with suppress(HttpError):
            expire()
        raise
    expire()
