"""Conferences with participants that only exist as numbers.

The sandbox's tool places them (api.py, /sandbox/...); the choice of the bridge, moving and what
happens when a bridge leaves follow upstream.
"""

import asyncio
import logging
import random
from collections import Counter
from typing import TYPE_CHECKING, Any, Iterable, Optional

from .allocations import Allocations
from .bridges import Bridge, BridgeSelector
from .people import MoveError, People, now

if TYPE_CHECKING:
    from jitsi_stand_in.xmpp import MucClient

log = logging.getLogger("JitsiMeetConference")

# Without media, from losing one bridge to hearing others by the next one. A Java program is slow at first.
WARM_SECONDS = (0.3, 0.5)
RESTARTED_SECONDS = (2.0, 5.0)
COLD_SECONDS = (2.0, 8.0)
# A client without media reports a failed ICE, and is invited again.
ICE_FAILED_SECONDS = 30.0


class Conferences(People):
    def __init__(self, selector: BridgeSelector, client: "MucClient") -> None:
        super().__init__()
        self.selector = selector
        self.allocations = Allocations(selector, client)
        self.moved = 0
        self.bridges_removed = 0
        # Endpoints that have lost one bridge and do not have the next one yet.
        self._moving: set[str] = set()

    async def join(self, room: str, count: int) -> None:
        self.enter(room, count)
        await self._place(room)

    async def leave(self, room: str, count: Optional[int] = None) -> None:
        self.exit(room, count)
        await self._allocate(room)

    async def leave_silently(self, room: str, count: Optional[int] = None) -> None:
        await self.vanish(room, count)
        await self._allocate(room)

    def evacuate(self, bridge: Bridge, removed: bool, works: bool = False) -> None:
        """The bridge has gone, or will: its people are invited again elsewhere.

        Unless it still works, they have heard and seen nothing since it stopped: a cut.
        """
        self.bridges_removed += removed
        for room in list(self.rooms):
            if removed:
                self.allocations.forget(room, bridge.jid)
            self._re_invite(room, self.people_on(bridge.jid, room), cut=not works)

    def move(self, bridge: Bridge, room: Optional[str], count: int) -> dict[str, int]:
        """Takes `count` people off a bridge at once, from its largest conferences first.

        Another bridge is found for them afterwards: the answer says how many were taken off.
        """
        sizes = Counter({r: self.in_use(r)[bridge.jid] for r in self.rooms
                         if room in (None, r) and self.in_use(r)[bridge.jid]})
        moved = conferences = 0
        for name, size in sizes.most_common():
            share = min(size, count - moved)
            if share <= 0:
                break
            self._re_invite(name, self.people_on(bridge.jid, name)[:share])
            moved += share
            conferences += 1
        log.info("Moved %d endpoints from %d conferences.", moved, conferences)
        return {"movedEndpoints": moved, "conferences": conferences}

    def move_one(self, room: str, endpoint: str, bridge: Optional[Bridge]) -> bool:
        """One person; only if on `bridge`, where that is given."""
        current = self.rooms[room].get(endpoint)
        if current is None or (bridge is not None and current != bridge.jid):
            return False
        self._re_invite(room, [endpoint])
        return True

    def _re_invite(self, room: str, people: list[str], cut: bool = False) -> None:
        """They have no bridge from here on; one is chosen anew, perhaps the same if no other can be had."""
        if not people:
            return
        endpoints = self.rooms[room]
        old = {endpoint: endpoints[endpoint] for endpoint in people}
        endpoints.update(dict.fromkeys(people))
        self._moving.update(people)
        self.moved += len(people)
        if cut:
            for _ in people:
                self.count(room, "cut")
        self.background(self._move(room, old, cut))

    async def _move(self, room: str, old: dict[str, Optional[str]], cut: bool) -> None:
        await self._allocate(room)
        next_bridge = self.selector.select(self.in_use(room))
        await asyncio.sleep(_pause(next_bridge))
        self._moving.difference_update(old)
        await self._place(room, old)
        endpoints = self.rooms.get(room, {})
        for endpoint, jid in old.items():
            # One that could not be brought there is on its way again, and counted then.
            if not cut and endpoint in endpoints and endpoint not in self._moving:
                new = endpoints[endpoint]
                self.count(room, "cut" if new is None else "stayed" if new == jid else "moved")

    async def _place(self, room: str, people: Optional[Iterable[str]] = None) -> None:
        """Chooses a bridge for those of `people` who have none, and lets it know of them."""
        endpoints = self.rooms.get(room, {})
        for endpoint in list(endpoints if people is None else people):
            if endpoint not in endpoints or endpoints[endpoint] or self._is_elsewhere(endpoint):
                continue
            bridge = self.selector.select(self.in_use(room))
            if bridge is None:
                break
            endpoints[endpoint] = bridge.jid
            bridge.endpoints_added(1)
        await self._allocate(room)

    def _is_elsewhere(self, endpoint: str) -> bool:
        return endpoint in self._moving or endpoint in self.away

    async def _allocate(self, room: str) -> None:
        """A bridge that does not take its people is given up for this room: they go to others."""
        for jid in await self.allocations.bring_up_to_date(room, lambda: self.in_use(room)):
            self._re_invite(room, self.people_on(jid, room), cut=True)

    # -- what time brings

    async def retry(self) -> None:
        """People left without a bridge try again; those who loaded the page again are back."""
        self.come_back()
        for room, endpoints in list(self.rooms.items()):
            if any(jid is None and not self._is_elsewhere(e) for e, jid in endpoints.items()):
                self.background(self._place(room))

    async def media(self) -> None:
        """Packets flow, or not: a bridge lets a conference go without any, and a client gives up too."""
        silent = await self.allocations.media()
        for (room, jid), since in silent.items():
            if now() - since >= ICE_FAILED_SECONDS:
                self.allocations.forget(room, jid)
                self._re_invite(room, self.people_on(jid, room), cut=True)

    def reload_all(self) -> None:
        """Each conference ends with the jicofo that held it, or with its connection to prosody."""
        for room in self.rooms:
            self.allocations.end(room)
            self.reload(room)

    # -- reports

    def room_or_error(self, room: Optional[str]) -> Optional[str]:
        if room and room not in self.rooms:
            raise MoveError(500, "Not found: Conference not found")
        return room or None

    def debug(self, room: str) -> dict[str, Any]:
        people = {e: self.rooms[room][e] for e in self.present(room)}
        return {"name": room, "participants": len(people),
                "bridges": dict(self.in_use(room)), "endpoints": people}


def _pause(bridge: Optional[Bridge]) -> float:
    if bridge is None:
        return 0.0
    return random.uniform(*(RESTARTED_SECONDS if bridge.is_new else
                            WARM_SECONDS if bridge.is_warm else COLD_SECONDS))
