"""jicofo: it knows of a bridge what presence and its own health checks have told it, and nothing sooner."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from .fake_bridge import FakeBridge
from .fake_clock import Timeline
from .fake_people import People, Person
from .fake_recorder_host import FakeRecorderHost
from .faults import Faults, Status

BREWERY = "jvbbrewery@internal.auth.a.test"
PRESENCE_SECONDS = 5.0
# 10 s until the next check, 15 s for an answer, 5 s, and 15 s for another one.
CHECKS_SECONDS = 45.0
# prosody keeps the occupant of a connection that broke (smacks_hibernation_time).
HIBERNATION_SECONDS = 15.0
# Without media between two bridges: to one that had a conference before, and to one that had none.
WARM_SECONDS = 0.5
COLD_SECONDS = 8.0


@dataclass
class Occupant:
    """A bridge in the room. Until its first presence it counts as draining, so that nobody is sent there."""

    generation: int
    draining: bool = True
    graceful: bool = False
    shutting_down: bool = False
    # Since when it does not answer health checks.
    silent_since: float | None = None


@dataclass(frozen=True)
class Seen:
    """What jicofo says of a bridge that differs from what follows from the bridge."""

    operational: bool | None = None
    healthy: bool = True
    gone: bool = False


class FakeJicofo:
    """With the REST API of the real one."""

    def __init__(self, time: Timeline, people: People, bridges: list[FakeBridge]) -> None:
        self._time = time
        self._people = people
        self._bridges = bridges
        self.faults: Faults = {}
        self.seen: dict[FakeBridge, Seen] = {}
        self.runs = True
        self.is_logged_in = True
        # In the room of the bridges.
        self.is_in_room = True
        # None where it started without the setting.
        self.recorders: list[FakeRecorderHost] | None = []
        # Whether it says how many participants it has on a bridge.
        self.counts = True
        self._room: dict[FakeBridge, Occupant] = {}
        for bridge in bridges:
            self.welcome(bridge)
            self._room[bridge].draining = False

    def welcome(self, bridge: FakeBridge) -> None:
        """It joins the room, and tells of itself every five seconds from then on."""
        self._room[bridge] = Occupant(bridge.generation)
        generation = bridge.generation
        bridge.on_start = lambda: self.welcome(bridge)
        bridge.on_end = lambda says_good_bye: self._lost(bridge, generation, says_good_bye=says_good_bye)
        self._later(PRESENCE_SECONDS, bridge, generation)

    def takes_for_draining(self, bridge: FakeBridge) -> bool:
        """By the bridge's last presence."""
        return self._room[bridge].draining

    def lose_touch(self, bridge: FakeBridge) -> None:
        """Health checks fail from here on: the bridge hangs, or its private network is gone."""
        self._room[bridge].silent_since = self._time.now()

    def find_again(self, bridge: FakeBridge) -> None:
        """Health checks succeed again."""
        self._room[bridge].silent_since = None

    def close_connection(self, bridge: FakeBridge) -> None:
        """prosody's, to a bridge that has lost its power."""
        if not bridge.has_power:
            self._lost(bridge, self._room[bridge].generation, says_good_bye=False)

    def answer(self, method: str, url: str) -> str:
        """Raises Status for all but 200."""
        parts = urlsplit(url)
        if method == "GET" and parts.path == "/about/version":
            return json.dumps({"name": "JICOFO", "version": "1.0.1196"})
        if method == "GET" and parts.path == "/debug":
            return json.dumps({"bridge_selector": {"bridge": self._debug()}, "jibri_detector": self._recorders()})
        if method == "GET" and parts.path == "/move-endpoints/move-fraction":
            return json.dumps(self._move(parse_qs(parts.query)))
        raise Status(404)

    def _presence(self, bridge: FakeBridge, generation: int) -> None:
        occupant = self._room.get(bridge)
        if occupant is None or occupant.generation != generation or bridge.generation != generation:
            return
        if bridge.is_reachable and not bridge.is_mute:
            occupant.draining, occupant.graceful = bridge.draining, bridge.graceful
            if bridge.shutting_down and not occupant.shutting_down:
                # It still works: its participants hardly notice.
                self._re_invite(self._people.placed_on(bridge), is_cut=False)
            occupant.shutting_down = bridge.shutting_down
        self._later(PRESENCE_SECONDS, bridge, generation)

    def _later(self, seconds: float, bridge: FakeBridge, generation: int) -> None:
        self._time.after(seconds, lambda: self._presence(bridge, generation))

    def _lost(self, bridge: FakeBridge, generation: int, *, says_good_bye: bool) -> None:
        def forget() -> None:
            occupant = self._room.get(bridge)
            if occupant is not None and occupant.generation == generation:
                del self._room[bridge]
                self._re_invite(self._people.placed_on(bridge), is_cut=True)

        for person in self._people.on(bridge):
            person.bridge = None
        self._time.after(0 if says_good_bye else HIBERNATION_SECONDS, forget)

    def _is_operational(self, bridge: FakeBridge) -> bool:
        wanted = self.seen.get(bridge, Seen()).operational
        if wanted is not None:
            return wanted
        since = self._room[bridge].silent_since
        return since is None or self._time.now() - since < CHECKS_SECONDS

    def _listed(self) -> list[FakeBridge]:
        if not (self.is_logged_in and self.is_in_room):
            return []
        return [one for one in self._bridges if one in self._room and not self.seen.get(one, Seen()).gone]

    def _debug(self) -> dict[str, Any]:
        return {
            f"{BREWERY}/{bridge.nickname}": {
                "operational": self._is_operational(bridge),
                "healthy": self.seen.get(bridge, Seen()).healthy,
                "drain": self._room[bridge].draining,
                **({"endpoints": len(self._people.placed_on(bridge))} if self.counts else {}),
                "graceful-shutdown": self._room[bridge].graceful,
                "shutting-down": self._room[bridge].shutting_down,
                "stress": 0.01 * len(self._people.placed_on(bridge)),
                "version": "2.3.312",
            }
            for bridge in self._listed()
        }

    def _recorders(self) -> dict[str, Any] | None:
        if self.recorders is None:
            return None
        room: dict[str, Any] = {"is_sip": False, "brewery_jid": "jibribrewery@internal.auth.a.test"}
        found = {one.nickname: one.presence() for one in self.recorders}
        return {**room, **{nickname: presence for nickname, presence in found.items() if presence is not None}}

    def _move(self, query: dict[str, list[str]]) -> dict[str, int]:
        (jid,) = query.get("bridge", [""])
        (fraction,) = query.get("fraction", ["0.1"])
        found = [bridge for bridge in self._listed() if jid in (f"{BREWERY}/{bridge.nickname}", bridge.nickname)]
        if not found:
            raise Status(500)
        people = self._people.placed_on(found[0])
        moving = people[: round(float(fraction) * len(people))]
        self._re_invite(moving, is_cut=False)
        return {"movedEndpoints": len(moving), "conferences": int(bool(moving))}

    def _re_invite(self, people: list[Person], *, is_cut: bool) -> None:
        """Takes them off at once. The next bridge is chosen now, perhaps the same; they hear it some time later."""
        for person in people:
            person.bridge = None
            person.cut += is_cut
            old, person.placed = person.placed, None
            bridge = person.placed = self._select()
            if bridge is None:
                continue
            if not is_cut:
                person.stayed += bridge is old
                person.moved += bridge is not old
            self._bring(person, bridge)

    def _bring(self, person: Person, bridge: FakeBridge) -> None:
        is_cold = bridge.conferences.created == 0 and not self._people.on(bridge)
        pause = COLD_SECONDS if is_cold else WARM_SECONDS

        def arrive() -> None:
            if person.placed is bridge and person in self._people.all:
                person.bridge = bridge
                self._people.silent_seconds.append(pause)

        self._time.after(pause, arrive)

    def _select(self) -> FakeBridge | None:
        """The one with the fewest participants, if it can be one that does not drain."""
        operational = [
            bridge for bridge in self._listed() if self._is_operational(bridge) and not self._room[bridge].shutting_down
        ]
        better = [bridge for bridge in operational if not self._room[bridge].draining] or operational
        better = [bridge for bridge in better if not self._room[bridge].graceful] or better
        return min(better, key=lambda bridge: len(self._people.placed_on(bridge)), default=None)
