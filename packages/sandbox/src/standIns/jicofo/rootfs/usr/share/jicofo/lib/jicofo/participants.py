"""The simulated participants: their rooms, who left or reloads the page, and what happened to them."""

import asyncio
import random
from collections import Counter
from typing import Any, Callable, Coroutine, Optional

# When jicofo leaves a room (focusLeft), clients reload the page and join again.
RELOAD_SECONDS = (10.0, 30.0)
# Pages that disappeared without leaving: the timeouts of the web server and of prosody together.
DISAPPEARED_SECONDS = (67.0, 87.0)


class MoveError(Exception):
    """The texts are upstream's. Its handler answers 500 for a missing room or bridge, so this does
    too.
    """

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Participants:
    def __init__(self) -> None:
        # room -> endpoint id -> the bridge's JID, or None while it has no bridge
        self.rooms: dict[str, dict[str, Optional[str]]] = {}
        self.created = 0
        self.total_participants = 0
        # What happened to participants, by room and in total over all rooms; see report.py.
        self.tallies: dict[str, Counter[str]] = {}
        self.totals: Counter[str] = Counter()
        self.next_id = 0
        # Called with the name of a room that has become empty.
        self.on_end: Callable[[str], None] = lambda room: None
        # Endpoints that reload the page, with the time of their return; endpoints that disappeared.
        self.reloading: dict[str, float] = {}
        self._disappeared: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def enter(self, room: str, count: int) -> None:
        endpoints = self.rooms.setdefault(room, {})
        if not endpoints:
            self.created += 1
        for _ in range(count):
            self.next_id += 1
            endpoints[f"{self.next_id:08x}"] = None
        self.total_participants += count

    def exit(self, room: str, count: Optional[int] = None) -> None:
        """Removes the last `count` participants of a room, or all of them."""
        for endpoint in self._last(room, count):
            self._remove(room, endpoint)

    async def disappear(self, room: str, count: Optional[int] = None) -> None:
        """Like exit, but without leaving. Returns when jicofo has noticed."""
        endpoints = self._last(room, count)
        self._disappeared.update(endpoints)
        await asyncio.sleep(random.uniform(*DISAPPEARED_SECONDS))
        self._disappeared.difference_update(endpoints)
        for endpoint in endpoints:
            if endpoint in self.rooms.get(room, {}):
                self._remove(room, endpoint)

    def _last(self, room: str, count: Optional[int]) -> list[str]:
        there = [e for e in self.rooms.get(room, {}) if e not in self._disappeared]
        return there if count is None else there[max(len(there) - count, 0):]

    def _remove(self, room: str, endpoint: str) -> None:
        del self.rooms[room][endpoint]
        self.reloading.pop(endpoint, None)
        self.count(room, "left")
        if not self.rooms[room]:
            del self.rooms[room]
            self.tallies.pop(room, None)
            self.on_end(room)

    def reload(self, room: str) -> None:
        """All pages of a room reload. This counts as one cut for each participant."""
        for endpoint in self.rooms[room]:
            self.rooms[room][endpoint] = None
            if endpoint not in self.reloading:
                self.count(room, "cut")
                self.reloading[endpoint] = now() + random.uniform(*RELOAD_SECONDS)

    def finish_reloads(self) -> None:
        for endpoint in [e for e, back in self.reloading.items() if back <= now()]:
            del self.reloading[endpoint]

    def in_use(self, room: str) -> Counter[str]:
        """Number of participants of a room on each bridge."""
        return Counter(jid for jid in self.rooms.get(room, {}).values() if jid)

    def endpoints_on(self, jid: str) -> int:
        return sum(self.in_use(room)[jid] for room in self.rooms)

    def participants_on(self, jid: str, room: str) -> list[str]:
        return [e for e, on in self.rooms.get(room, {}).items() if on == jid]

    def present(self, room: str) -> list[str]:
        """The participants in a room in jicofo's view, without those that reload the page."""
        return [e for e in self.rooms[room] if e not in self.reloading]

    def participants(self) -> int:
        return sum(len(self.present(room)) for room in self.rooms)

    def count(self, room: str, what: str) -> None:
        self.tallies.setdefault(room, Counter())[what] += 1
        self.totals[what] += 1

    def background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def now() -> float:
    return asyncio.get_running_loop().time()
