"""What jicofo has asked of the bridges: which conference is where, with how many participants.

Stands for COLIBRI: a conference is created on a bridge once and updated afterwards, and an answer
that is no success takes the bridge out of the conference, as ColibriV2SessionManager does.
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
        # room -> bridge -> participants, as the bridge was told last
        self._told: dict[str, Counter[str]] = {}
        # Another one each time that a room begins: bridges keep the old conference for a while.
        self._ids: dict[str, str] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        # (room, bridge) -> since when the bridge is known to carry nothing of it
        self._silent: dict[tuple[str, str], float] = {}

    async def bring_up_to_date(self, room: str, in_use: Callable[[], Counter[str]]) -> list[str]:
        """Tells each bridge its number of the room's people; returns the bridges that did not take theirs."""
        failed = []
        async with self._locks.setdefault(room, asyncio.Lock()):
            told = self._told.setdefault(room, Counter())
            for jid in {*told, *in_use()}:
                count = in_use()[jid]
                if count == told[jid] or jid not in self.selector.bridges:
                    continue
                is_taken = await self._tell(room, jid, count, is_new=told[jid] == 0)
                told[jid] = count
                if not is_taken:
                    self.forget(room, jid)
                    failed.append(jid)
            if not +told:
                self.end(room)
        return failed

    async def _tell(self, room: str, jid: str, count: int, is_new: bool) -> bool:
        bridge = self.selector.bridges[jid]
        if count == 0:
            # The session is over for jicofo, whatever the bridge answers. By the conference's name of now: where the
            # bridge had all of its people, the room begins anew under another name before the request is sent.
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
        """Sends packets to each conference. Where its bridge has none, since when that has been known."""
        places = [(room, jid) for room, told in self._told.items() for jid in +told]
        replies = await asyncio.gather(*(self._request(*place, "media", 0) for place in places))
        now = asyncio.get_running_loop().time()
        # No answer at all says nothing of the media, which take another way.
        empty = {place for place, reply in zip(places, replies)
                 if reply is not None and condition(reply) == "item-not-found"}
        self._silent = {place: self._silent.get(place, now) for place in empty}
        return dict(self._silent)

    def silent(self, room: str) -> int:
        """People of a room whose bridge carries nothing of it."""
        return sum(self._told.get(room, Counter())[jid] for name, jid in self._silent if name == room)

    def forget(self, room: str, jid: str) -> None:
        self._told.get(room, Counter()).pop(jid, None)
        self._silent.pop((room, jid), None)

    def end(self, room: str) -> None:
        self._told.pop(room, None)
        self._ids.pop(room, None)
        for place in [p for p in self._silent if p[0] == room]:
            del self._silent[place]


def _reason(reply: Optional[ET.Element]) -> str:
    return "Timeout" if reply is None else condition(reply)


def _mark(bridge: Bridge, reply: Optional[ET.Element]) -> None:
    """What the failure means for the bridge's other conferences."""
    text = "" if reply is None else "".join(reply.itertext())
    if reply is not None and condition(reply) == "item-not-found":
        return
    if "graceful-shutdown" in text:
        bridge.graceful = True
    else:
        bridge.health_check(False)
