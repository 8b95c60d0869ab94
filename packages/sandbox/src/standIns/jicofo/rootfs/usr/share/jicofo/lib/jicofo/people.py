"""The people: who is in which room, who has gone or loads the page again, and what happened to them."""

import asyncio
import random
from collections import Counter
from typing import Any, Coroutine, Optional

# Clients take jicofo's leaving a room for the end (focusLeft), load the page again and come back.
RELOAD_SECONDS = (10.0, 30.0)
# Pages that went without a word: the web server's and prosody's timeouts together.
VANISHED_SECONDS = (67.0, 87.0)


class MoveError(Exception):
    """The texts are upstream's; its handler has no case for what is not found, so that is a 500."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class People:
    def __init__(self) -> None:
        # room -> endpoint id -> the bridge's JID, or None while it has no bridge
        self.rooms: dict[str, dict[str, Optional[str]]] = {}
        self.created = 0
        self.total_participants = 0
        # What happened to people, by room and over all rooms that there ever were; see report.py.
        self.tallies: dict[str, Counter[str]] = {}
        self.totals: Counter[str] = Counter()
        self.next_id = 0
        # Endpoints that load the page again, and when they are back; endpoints that vanished.
        self.away: dict[str, float] = {}
        self._vanished: set[str] = set()
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
        """The last `count` people of the room go; all without a count."""
        for endpoint in self._last(room, count):
            self._remove(room, endpoint)

    async def vanish(self, room: str, count: Optional[int] = None) -> None:
        """As exit, without a word: returns when jicofo has noticed."""
        people = self._last(room, count)
        self._vanished.update(people)
        await asyncio.sleep(random.uniform(*VANISHED_SECONDS))
        self._vanished.difference_update(people)
        for endpoint in people:
            if endpoint in self.rooms.get(room, {}):
                self._remove(room, endpoint)

    def _last(self, room: str, count: Optional[int]) -> list[str]:
        there = [e for e in self.rooms.get(room, {}) if e not in self._vanished]
        return there if count is None else there[max(len(there) - count, 0):]

    def _remove(self, room: str, endpoint: str) -> None:
        del self.rooms[room][endpoint]
        self.away.pop(endpoint, None)
        self.count(room, "left")
        if not self.rooms[room]:
            del self.rooms[room]
            self.tallies.pop(room, None)

    def reload(self, room: str) -> None:
        """Each page of a room is loaded again: a cut, once."""
        for endpoint in self.rooms[room]:
            self.rooms[room][endpoint] = None
            if endpoint not in self.away:
                self.count(room, "cut")
                self.away[endpoint] = now() + random.uniform(*RELOAD_SECONDS)

    def come_back(self) -> None:
        for endpoint in [e for e, back in self.away.items() if back <= now()]:
            del self.away[endpoint]

    def in_use(self, room: str) -> Counter[str]:
        """People of a room on each bridge."""
        return Counter(jid for jid in self.rooms.get(room, {}).values() if jid)

    def endpoints_on(self, jid: str) -> int:
        return sum(self.in_use(room)[jid] for room in self.rooms)

    def people_on(self, jid: str, room: str) -> list[str]:
        return [e for e, on in self.rooms.get(room, {}).items() if on == jid]

    def present(self, room: str) -> list[str]:
        """Those in the room, as jicofo sees it: without those who load the page again."""
        return [e for e in self.rooms[room] if e not in self.away]

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
