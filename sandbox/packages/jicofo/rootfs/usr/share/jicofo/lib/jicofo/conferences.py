"""Conferences with participants that only exist as numbers.

The sandbox's tool places them (api.py, /sandbox/...); the choice of the bridge, moving and what
happens when a bridge leaves follow upstream. A bridge is told its number for each room.
"""

import asyncio
import logging
from collections import Counter
from typing import TYPE_CHECKING, Any, Optional
from xml.etree import ElementTree as ET

from jitsi_stand_in.names import PARTICIPANTS

from .bridges import Bridge, BridgeSelector

if TYPE_CHECKING:
    from jitsi_stand_in.xmpp import MucClient

log = logging.getLogger("JitsiMeetConference")


class MoveError(Exception):
    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Conferences:
    def __init__(self, selector: BridgeSelector, client: "MucClient") -> None:
        self.selector = selector
        self.client = client
        # room -> endpoint id -> the bridge's JID, or None while no bridge could be found
        self.rooms: dict[str, dict[str, Optional[str]]] = {}
        self.created = 0
        self.total_participants = 0
        self.moved = 0
        self.bridges_removed = 0
        # What happened to people, by room and over all rooms that there ever were; see report().
        self._tallies: dict[str, Counter[str]] = {}
        self._totals: Counter[str] = Counter()
        self._next_id = 0
        self._lock = asyncio.Lock()

    # -- what people do

    async def join(self, room: str, count: int) -> None:
        async with self._lock:
            endpoints = self.rooms.setdefault(room, {})
            if not endpoints:
                self.created += 1
            for _ in range(count):
                self._next_id += 1
                endpoints[f"{self._next_id:08x}"] = None
            self.total_participants += count
            await self._invite(room)

    async def leave(self, room: str, count: Optional[int] = None) -> None:
        """The last `count` people of the room go; all without a count."""
        async with self._lock:
            endpoints = self.rooms.get(room, {})
            before = self.in_use(room)
            staying = 0 if count is None else max(len(endpoints) - count, 0)
            for endpoint in list(endpoints)[staying:]:
                del endpoints[endpoint]
                self._count(room, "left")
            if not endpoints:
                self.rooms.pop(room, None)
                self._tallies.pop(room, None)
            await self._tell(room, before)

    # -- bridges

    def in_use(self, room: str) -> Counter[str]:
        """People of a room on each bridge."""
        return Counter(jid for jid in self.rooms.get(room, {}).values() if jid)

    def endpoints_on(self, jid: str) -> int:
        return sum(self.in_use(room)[jid] for room in self.rooms)

    async def evacuate(self, bridge: Bridge, removed: bool, works: bool = False) -> None:
        """The bridge has gone, or will: its people are invited again elsewhere.

        Unless it still works, they have heard and seen nothing since it stopped: a cut.
        """
        async with self._lock:
            self.bridges_removed += removed
            for room in list(self.rooms):
                await self._re_invite(room, self._people_on(bridge, room), cut=not works)

    async def move(self, bridge: Bridge, room: Optional[str], count: int) -> dict[str, int]:
        """Takes `count` people off a bridge, from its largest conferences first."""
        async with self._lock:
            sizes = Counter({r: self.in_use(r)[bridge.jid] for r in self.rooms
                             if room in (None, r) and self.in_use(r)[bridge.jid]})
            moved = conferences = 0
            for name, size in sizes.most_common():
                share = min(size, count - moved)
                if share <= 0:
                    break
                await self._re_invite(name, self._people_on(bridge, name)[:share])
                moved += share
                conferences += 1
            log.info("Moved %d endpoints from %d conferences.", moved, conferences)
            return {"movedEndpoints": moved, "conferences": conferences}

    async def move_one(self, room: str, endpoint: str, bridge: Optional[Bridge]) -> bool:
        """One person; only if on `bridge`, where that is given."""
        async with self._lock:
            current = self.rooms[room].get(endpoint)
            if current is None or (bridge is not None and current != bridge.jid):
                return False
            await self._re_invite(room, [endpoint])
            return True

    def _people_on(self, bridge: Bridge, room: str) -> list[str]:
        return [e for e, jid in self.rooms[room].items() if jid == bridge.jid]

    async def _re_invite(self, room: str, people: list[str], cut: bool = False) -> None:
        """Chooses a bridge for them anew; that may be the one they are on, if no other can be had."""
        if not people:
            return
        before, endpoints = self.in_use(room), self.rooms[room]
        old = {endpoint: endpoints[endpoint] for endpoint in people}
        endpoints.update(dict.fromkeys(people))
        await self._invite(room, before)
        self.moved += len(people)
        for endpoint, jid in old.items():
            new = endpoints[endpoint]
            self._count(room, "cut" if cut or new is None else "stayed" if new == jid else "moved")

    async def _invite(self, room: str, before: Optional[Counter[str]] = None) -> None:
        """Finds a bridge for everybody who has none."""
        before = self.in_use(room) if before is None else before
        for endpoint, jid in self.rooms[room].items():
            if jid is None:
                bridge = self.selector.select(self.in_use(room))
                if bridge is None:
                    break
                self.rooms[room][endpoint] = bridge.jid
                bridge.endpoints_added(1)
        await self._tell(room, before)

    async def retry(self) -> None:
        """People left without a bridge try again: their clients reload after a failure."""
        async with self._lock:
            for room, endpoints in list(self.rooms.items()):
                if None in endpoints.values():
                    await self._invite(room)

    async def keep_alive(self) -> None:
        """Repeats all numbers: a bridge lets conferences expire of which it hears nothing."""
        async with self._lock:
            for room in list(self.rooms):
                await self._tell(room, Counter())

    async def _tell(self, room: str, before: Counter[str]) -> None:
        """Reports the new numbers to each bridge whose number has changed."""
        now = self.in_use(room)
        changed = [jid for jid in {*before, *now}
                   if before[jid] != now[jid] and jid in self.selector.bridges]
        for jid in changed:
            payload = ET.Element(f"{{{PARTICIPANTS}}}conference",
                                 {"room": room, "participants": str(now[jid])})
            reply = await self.client.request(jid, payload, timeout=5, kind="set")
            if reply is None or reply.get("type") == "error":
                log.warning("%s did not take %d participants of %s", jid, now[jid], room)

    # -- what outlives this process: people stay in their rooms when jicofo restarts

    def remembered(self) -> dict[str, Any]:
        return {"rooms": {room: list(endpoints) for room, endpoints in self.rooms.items()},
                "tallies": self._tallies, "totals": self._totals, "next_id": self._next_id,
                "joined": self.total_participants}

    def recall(self, memory: dict[str, Any]) -> None:
        """Their clients lost their conference together with the jicofo that held it."""
        self._next_id, self.total_participants = memory["next_id"], memory["joined"]
        self._tallies = {room: Counter(tally) for room, tally in memory["tallies"].items()}
        self._totals = Counter(memory["totals"])
        for room, endpoints in memory["rooms"].items():
            self.rooms[room] = dict.fromkeys(endpoints)
            for _ in endpoints:
                self._count(room, "cut")

    # -- reports

    def room_or_error(self, room: Optional[str]) -> Optional[str]:
        if room and room not in self.rooms:
            raise MoveError(404, "Conference not found")
        return room or None

    def participants(self) -> int:
        return sum(map(len, self.rooms.values()))

    def _count(self, room: str, what: str) -> None:
        self._tallies.setdefault(room, Counter())[what] += 1
        self._totals[what] += 1

    def debug(self, room: str) -> dict[str, Any]:
        return {"name": room, "participants": len(self.rooms[room]),
                "bridges": dict(self.in_use(room)), "endpoints": self.rooms[room]}

    def report(self) -> dict[str, Any]:
        """Where people are, and what happened to them: each figure counts persons, once each time.

        moved: to another bridge, which they hardly notice. stayed: were to move, but jicofo chose the
        same bridge again. cut: lost their bridge under them. waiting: have no bridge now.
        """
        def tally(counted: Counter[str]) -> dict[str, int]:
            return {what: counted[what] for what in ("moved", "stayed", "cut", "left")}

        return {
            "rooms": [{
                "room": room,
                "participants": len(endpoints),
                "bridges": {jid.rpartition("/")[2]: n for jid, n in self.in_use(room).items()},
                "waiting": sum(jid is None for jid in endpoints.values()),
                **tally(self._tallies.get(room, Counter())),
            } for room, endpoints in sorted(self.rooms.items())],
            "bridges": [{
                "nickname": jid.rpartition("/")[2],
                "operational": bridge.operational,
                "draining": bridge.draining,
                "stress": bridge.corrected_stress,
                "conferences": sum(self.in_use(room)[jid] > 0 for room in self.rooms),
                "participants": self.endpoints_on(jid),
            } for jid, bridge in sorted(self.selector.bridges.items())],
            "totals": {"participants": self.participants(), "joined": self.total_participants,
                       **tally(self._totals)},
        }
