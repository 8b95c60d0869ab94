"""The report for the sandbox's command: where participants are, and what happened to them."""

from collections import Counter
from typing import Any

from .conferences import Conferences


def report(c: Conferences) -> dict[str, Any]:
    """Each number counts events.

    moved: jicofo moved them to another bridge. stayed: jicofo tried to, but chose the same bridge
    again. cut: they lost their bridge. waiting: they have no bridge now. silent: jicofo has them on
    a bridge that does not know them.
    """
    def tally(counted: Counter[str]) -> dict[str, int]:
        return {what: counted[what] for what in ("moved", "stayed", "cut", "left")}

    return {
        "rooms": [{
            "room": room,
            "participants": len(endpoints),
            "bridges": {jid.rpartition("/")[2]: n for jid, n in c.in_use(room).items()},
            "waiting": sum(jid is None for jid in endpoints.values()),
            "silent": c.allocations.silent(room),
            **tally(c.tallies.get(room, Counter())),
        } for room, endpoints in sorted(c.rooms.items())],
        "bridges": [{
            "nickname": jid.rpartition("/")[2],
            "operational": bridge.operational,
            "draining": bridge.draining,
            "stress": bridge.corrected_stress,
            "conferences": sum(c.in_use(room)[jid] > 0 for room in c.rooms),
            "participants": c.endpoints_on(jid),
        } for jid, bridge in sorted(c.selector.bridges.items())],
        "totals": {"participants": sum(map(len, c.rooms.values())), "joined": c.total_participants,
                   **tally(c.totals)},
    }
