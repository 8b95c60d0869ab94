"""The requests of jicofo to the bridges: the bridges of each conference, with their numbers of
participants.

It replaces COLIBRI: a conference is created on a bridge once and updated afterwards. If an answer
is not a success, the bridge is removed from the conference, like in ColibriV2SessionManager.
"""

import asyncio
import logging
import secrets
from collections import Counter
from typing import TYPE_CHECKING, Callable, Optional
from xml.etree import ElementTree as ET

from jitsi_stand_in.names import PARTICIPANTS
from jitsi_stand_in.refusal import condition

from .bridges import Bridge, BridgeSelector

if TYPE_CHECKING:
    from jitsi_stand_in.xmpp import MucClient

log = logging.getLogger("ColibriV2SessionManager")

REPLY_TIMEOUT = 15.0


class Allocations:
    def __init__(self, selector: BridgeSelector, client: "MucClient") -> None:
        self.selector = selector
        self.client = client
        # room -> bridge -> participants, as last sent to the bridge
        self._counts: dict[str, Counter[str]] = {}
        # A new id each time a room begins, because bridges keep the old conference for a while.
        self._ids: dict[str, str] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        # (room, bridge) -> time since which the bridge is known to have no media of the room
        self._silent: dict[tuple[str, str], float] = {}

    async def update(self, room: str, in_use: Callable[[], Counter[str]]) -> list[str]:
        """Sends each bridge its number of participants in the room. Returns the bridges that did
        not accept it.
        """
        failed = []
        async with self._locks.setdefault(room, asyncio.Lock()):
            counts = self._counts.setdefault(room, Counter())
            for jid in {*counts, *in_use()}:
                count = in_use()[jid]
                if count == counts[jid] or jid not in self.selector.bridges:
                    continue
                is_accepted = await self._send_count(room, jid, count, is_new=counts[jid] == 0)
                counts[jid] = count
                if not is_accepted:
                    self.forget(room, jid)
                    failed.append(jid)
            if not +counts:
                self.end(room)
        return failed

    async def _send_count(self, room: str, jid: str, count: int, is_new: bool) -> bool:
        bridge = self.selector.bridges[jid]
        if count == 0:
            # For jicofo the session has ended, whatever the bridge answers. Use the current id of
            # the conference: if this was its only bridge, the room begins again with another id
            # before the request is sent.
            asyncio.get_running_loop().create_task(
                self._send(self._name(room), jid, "update", 0))
            return True
        reply = await self._request(room, jid, "create" if is_new else "update", count)
        if reply is not None and reply.get("type") == "result":
            bridge.hosted += is_new
            return True
        log.warning("%s did not take %d participants of %s: %s", jid, count, room, _reason(reply))
        _mark(bridge, reply)
        return False

    def _name(self, room: str) -> str:
        return self._ids.setdefault(room, f"{room}-{secrets.token_hex(4)}")

    async def _request(self, room: str, jid: str, kind: str, count: int) -> Optional[ET.Element]:
        return await self._send(self._name(room), jid, kind, count)

    async def _send(self, name: str, jid: str, kind: str, count: int) -> Optional[ET.Element]:
        payload = ET.Element(f"{{{PARTICIPANTS}}}conference",
                             {"id": name, "kind": kind, "participants": str(count)})
        return await self.client.request(jid, payload, timeout=REPLY_TIMEOUT, kind="set")

    async def media(self) -> dict[tuple[str, str], float]:
        """Sends media packets to each conference. Returns the places without media, with the time
        since which this is known.
        """
        places = [(room, jid) for room, counts in self._counts.items() for jid in +counts]
        replies = await asyncio.gather(*(self._request(*place, "media", 0) for place in places))
        now = asyncio.get_running_loop().time()
        # No answer does not mean that there is no media, because media takes another path.
        empty = {place for place, reply in zip(places, replies)
                 if reply is not None and condition(reply) == "item-not-found"}
        self._silent = {place: self._silent.get(place, now) for place in empty}
        return dict(self._silent)

    def silent(self, room: str) -> int:
        """Number of participants of a room whose bridge has no media of it."""
        return sum(self._counts.get(room, Counter())[jid] for name, jid in self._silent if name == room)

    def forget(self, room: str, jid: str) -> None:
        self._counts.get(room, Counter()).pop(jid, None)
        self._silent.pop((room, jid), None)

    def end(self, room: str) -> None:
        self._counts.pop(room, None)
        self._ids.pop(room, None)
        for place in [p for p in self._silent if p[0] == room]:
            del self._silent[place]


def _reason(reply: Optional[ET.Element]) -> str:
    return "Timeout" if reply is None else condition(reply)


def _mark(bridge: Bridge, reply: Optional[ET.Element]) -> None:
    """Updates the bridge's state after a failure, which affects its other conferences."""
    text = "" if reply is None else "".join(reply.itertext())
    if reply is not None and condition(reply) == "item-not-found":
        return
    if "graceful-shutdown" in text:
        bridge.graceful = True
    else:
        bridge.health_check(False)
