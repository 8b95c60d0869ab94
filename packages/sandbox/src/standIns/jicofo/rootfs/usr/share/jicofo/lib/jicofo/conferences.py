"""Conferences with simulated participants.

The sandbox adds and removes participants (api.py, /sandbox/...). The choice of the bridge, moves,
and the reaction to a lost bridge are upstream's.
"""

import asyncio
import logging
import random
from collections import Counter
from typing import TYPE_CHECKING, Any, Iterable, Optional

from .allocations import Allocations
from .bridges import Bridge, BridgeSelector
from .participants import MoveError, Participants, now

if TYPE_CHECKING:
    from jitsi_stand_in.xmpp import MucClient

log = logging.getLogger("JitsiMeetConference")

# Seconds without media, from losing one bridge to hearing others on the next one. A Java program is
# slow at first.
WARM_SECONDS = (0.3, 0.5)
RESTARTED_SECONDS = (2.0, 5.0)
COLD_SECONDS = (2.0, 8.0)
# A client without media reports failed ICE, and is invited again.
ICE_FAILED_SECONDS = 30.0


class Conferences(Participants):
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
        await self.disappear(room, count)
        await self._allocate(room)

    def re_invite_from(self, bridge: Bridge, removed: bool, works: bool = False) -> None:
        """Invites all participants of a bridge again, because it has left or will leave.

        Unless the bridge still works, its participants have had no media since it stopped: this
        counts as a cut.
        """
        self.bridges_removed += removed
        for room in list(self.rooms):
            if removed:
                self.allocations.forget(room, bridge.jid)
            self._re_invite(room, self.participants_on(bridge.jid, room), cut=not works)

    def move(self, bridge: Bridge, room: Optional[str], count: int) -> dict[str, int]:
        """Removes `count` participants from a bridge at once, beginning with its largest
        conferences.

        Another bridge is chosen afterwards. The answer has the number of removed participants.
        """
        sizes = Counter({r: self.in_use(r)[bridge.jid] for r in self.rooms
                         if room in (None, r) and self.in_use(r)[bridge.jid]})
        moved = conferences = 0
        for name, size in sizes.most_common():
            share = min(size, count - moved)
            if share <= 0:
                break
            self._re_invite(name, self.participants_on(bridge.jid, name)[:share])
            moved += share
            conferences += 1
        log.info("Moved %d endpoints from %d conferences.", moved, conferences)
        return {"movedEndpoints": moved, "conferences": conferences}

    def move_one(self, room: str, endpoint: str, bridge: Optional[Bridge]) -> bool:
        """Moves one participant. With `bridge`, only if the participant is on this bridge."""
        current = self.rooms[room].get(endpoint)
        if current is None or (bridge is not None and current != bridge.jid):
            return False
        self._re_invite(room, [endpoint])
        return True

    def _re_invite(self, room: str, ids: list[str], cut: bool = False) -> None:
        """Removes the participants from their bridge and chooses a bridge again. It can be the same
        one if no other is free.
        """
        if not ids:
            return
        endpoints = self.rooms[room]
        old = {endpoint: endpoints[endpoint] for endpoint in ids}
        endpoints.update(dict.fromkeys(ids))
        self._moving.update(ids)
        self.moved += len(ids)
        if cut:
            for _ in ids:
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
            # A participant who could not be moved is moved again, and counted then.
            if not cut and endpoint in endpoints and endpoint not in self._moving:
                new = endpoints[endpoint]
                self.count(room, "cut" if new is None else "stayed" if new == jid else "moved")

    async def _place(self, room: str, ids: Optional[Iterable[str]] = None) -> None:
        """Chooses a bridge for those of `ids` without one, and sends it the new number of
        participants.
        """
        endpoints = self.rooms.get(room, {})
        for endpoint in list(endpoints if ids is None else ids):
            if endpoint not in endpoints or endpoints[endpoint] or self._is_elsewhere(endpoint):
                continue
            bridge = self.selector.select(self.in_use(room))
            if bridge is None:
                break
            endpoints[endpoint] = bridge.jid
            bridge.endpoints_added(1)
        await self._allocate(room)

    def _is_elsewhere(self, endpoint: str) -> bool:
        return endpoint in self._moving or endpoint in self.reloading

    async def _allocate(self, room: str) -> None:
        """Moves participants away from a bridge that did not accept them."""
        for jid in await self.allocations.update(room, lambda: self.in_use(room)):
            self._re_invite(room, self.participants_on(jid, room), cut=True)

    # -- periodic work

    async def retry(self) -> None:
        """Tries again to place participants without a bridge, including those that have reloaded
        the page.
        """
        self.finish_reloads()
        for room, endpoints in list(self.rooms.items()):
            if any(jid is None and not self._is_elsewhere(e) for e, jid in endpoints.items()):
                self.background(self._place(room))

    async def media(self) -> None:
        """Simulates media: a bridge drops a conference without media, and a client also reports it."""
        silent = await self.allocations.media()
        for (room, jid), since in silent.items():
            if now() - since >= ICE_FAILED_SECONDS:
                self.allocations.forget(room, jid)
                self._re_invite(room, self.participants_on(jid, room), cut=True)

    def reload_all(self) -> None:
        """All conferences end with the jicofo that managed them, or with its connection to prosody."""
        for room in self.rooms:
            self.allocations.end(room)
            self.reload(room)

    # -- reports

    def room_or_error(self, room: Optional[str]) -> Optional[str]:
        if room and room not in self.rooms:
            raise MoveError(500, "Not found: Conference not found")
        return room or None

    def debug(self, room: str) -> dict[str, Any]:
        present = {e: self.rooms[room][e] for e in self.present(room)}
        return {"name": room, "participants": len(present),
                "bridges": dict(self.in_use(room)), "endpoints": present}


def _pause(bridge: Optional[Bridge]) -> float:
    if bridge is None:
        return 0.0
    if bridge.is_warm:
        return random.uniform(*WARM_SECONDS)
    return random.uniform(*(RESTARTED_SECONDS if bridge.is_new else COLD_SECONDS))
