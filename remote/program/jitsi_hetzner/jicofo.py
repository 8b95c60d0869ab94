"""jicofo's REST API, and what is missing where jicofo does not work."""

import json
from dataclasses import dataclass
from enum import Enum
from typing import Any

from .bridge import Bridge
from .failure import Failure
from .host import Host
from .http_client import HttpError
from .jicofo_recorder import JicofoRecorder, recorders_in
from .prosody import LOOPBACK, Prosody

REPAIR = "npm run repair -- web; then: pulumi up"
# A move is answered when all conferences have been looked through.
MOVE_SECONDS = 30.0


@dataclass(frozen=True)
class JicofoBridge:
    """A bridge in jicofo's list."""

    # In the brewery: ROOM/NICKNAME.
    jid: str
    operational: bool
    # What the bridge says of itself; jicofo's own check of it decides on operational.
    healthy: bool
    draining: bool
    # A shutdown has begun, graceful or not.
    ending: bool
    # jicofo's own count of those it has placed there; None where it does not say.
    participants: int | None
    stress: float
    version: str

    @property
    def nickname(self) -> str:
        """Of the bridge in the brewery."""
        return self.jid.partition("/")[2]

    @property
    def state(self) -> str:
        """`ready`, or what keeps the bridge from taking participants."""
        problems = [
            ("not operational", not self.operational),
            ("not healthy", not self.healthy),
            ("draining", self.draining),
            ("shutting down", self.ending),
        ]
        return ", ".join(words for words, is_so in problems if is_so) or "ready"

    @property
    def takes_participants(self) -> bool:
        """Whether jicofo sends participants there."""
        return self.state == "ready"

    @property
    def usable(self) -> bool:
        """Whether jicofo can use it, drained or not."""
        return self.operational and self.healthy


class Seen(Enum):
    """What jicofo sees of one bridge."""

    GONE = "gone"
    DEAD = "dead"
    OPERATIONAL = "operational"


@dataclass(frozen=True)
class Unknown:
    """Nobody can tell, and why."""

    reason: str


class Jicofo:
    """The jicofo on this host."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._prosody = Prosody(host)

    @property
    def url(self) -> str:
        """For messages."""
        return f"http://{LOOPBACK}:{self._host.ports.jicofo_rest}"

    def version(self) -> str:
        """Raises HttpError where it does not answer.

        Its health check is no proof: it fails while there is no bridge, as before the first one has joined.
        """
        return str(self._json("/about/version").get("version", "unknown"))

    def bridges(self) -> list[JicofoBridge]:
        """All that are in its room. Without a login it has none. Raises HttpError where it does not answer."""
        listed = self._json("/debug").get("bridge_selector", {}).get("bridge") or {}
        return [_bridge_of(jid, facts) for jid, facts in listed.items()]

    def recorders(self) -> list[JicofoRecorder] | None:
        """All that are in its room of recorders. None where it has no such room, for it started without the setting.

        Raises HttpError where it does not answer.
        """
        return recorders_in(self._json("/debug"))

    def find(self, bridge: Bridge) -> JicofoBridge | None:
        """None for a bridge that it does not list. Raises HttpError where it does not answer."""
        found = [seen for seen in self.bridges() if seen.nickname == bridge.nickname]
        return found[0] if found else None

    def finds(self, bridge: Bridge, *, usable: bool = False, ready: bool = False, draining: bool = False) -> bool:
        """Whether it lists the bridge with all that is asked for. False where it does not answer."""
        try:
            found = self.find(bridge)
        except HttpError:
            return False
        if found is None:
            return False
        return (
            (found.usable or not usable)
            and (found.takes_participants or not ready)
            and (found.draining or not draining)
        )

    def participants(self, bridge: Bridge) -> int:
        """How many it has on this bridge, 0 where it does not list the bridge."""
        found = self.find(bridge)
        if found is None:
            return 0
        if found.participants is None:
            raise HttpError("jicofo does not say how many participants it has on the bridge")
        return found.participants

    def view(self, bridge: Bridge) -> Seen | Unknown:
        """What it sees of the bridge."""
        try:
            listed = self.bridges()
        except HttpError:
            return _unknown("jicofo does not answer", bridge)
        if not listed:
            # Without a login it lists no bridge at all.
            problem = self.problem()
            if problem is not None:
                return _unknown(problem, bridge)
        own = [seen for seen in listed if seen.nickname == bridge.nickname]
        if not own:
            return Seen.GONE
        return Seen.OPERATIONAL if own[0].operational else Seen.DEAD

    def move_all(self, jid: str) -> int:
        """Takes all participants off a bridge, and finds other bridges for them afterwards. How many."""
        path = f"/move-endpoints/move-fraction?bridge={_quoted(jid)}&fraction=1"
        moved = self._json(path, MOVE_SECONDS).get("movedEndpoints")
        if not isinstance(moved, int):
            raise HttpError("the answer does not say how many were moved")
        return moved

    def problem(self) -> str | None:
        """What keeps it from its work; None where it works.

        Its REST API answers without a login too, and its list of bridges is empty then, as if all of them were gone.
        Only where that list is empty, prosody has to be asked.
        """
        if not self._prosody.listens():
            return (
                f"prosody does not answer on port {self._host.ports.xmpp} of the web host, and neither jicofo nor any "
                "bridge can log in"
            )
        try:
            self.version()
        except HttpError as problem:
            return f"jicofo does not answer on {self.url} ({problem})"
        if self._lists_bridges():
            return None
        session = self._prosody.focus_session()
        if "logged in, outside" in session:
            # jicofo before 1.0-1190 stays outside after some logins, until it is restarted. A newer one is back within
            # 30 s (https://github.com/jitsi/jicofo/pull/1297).
            return "jicofo is logged in to prosody, but not in the bridges' room, so it knows no bridge"
        if "logged in" in session:
            return None
        if "logged out" in session:
            return "jicofo is not logged in to prosody, so it knows no bridge"
        return f"prosody cannot be asked whether jicofo is logged in ({session})"

    def works(self) -> bool:
        """Whether nothing keeps it from its work."""
        return self.problem() is None

    def expect(self, consequence: str) -> None:
        """Before anything is done that needs it to move participants. Waits, as it may just be starting."""
        if self._host.wait_for(self._host.waits.jicofo, "jicofo", self.works):
            return
        problem = self.problem() or "jicofo does not work steadily"
        raise Failure(f"{problem}; it cannot move participants, so {consequence}", REPAIR)

    def _lists_bridges(self) -> bool:
        try:
            return bool(self.bridges())
        except HttpError:
            return False

    def _json(self, path: str, seconds: float = 5.0) -> dict[str, Any]:
        port = self._host.ports.jicofo_rest
        answer = self._host.http.request("GET", LOOPBACK, port, path, seconds=seconds)
        try:
            found = json.loads(answer)
        except ValueError:
            raise HttpError("the answer is no JSON") from None
        if not isinstance(found, dict):
            raise HttpError("the answer is no JSON object")
        return found


def _bridge_of(jid: str, facts: dict[str, Any]) -> JicofoBridge:
    return JicofoBridge(
        jid=jid,
        operational=facts.get("operational") is True,
        healthy=facts.get("healthy") is not False,
        draining=facts.get("drain") is True,
        ending=facts.get("graceful-shutdown") is True or facts.get("shutting-down") is True,
        participants=_number_or_none(facts.get("endpoints")),
        stress=float(facts.get("stress") or 0),
        version=str(facts.get("version", "unknown")),
    )


def _number_or_none(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _quoted(text: str) -> str:
    """For a query. urllib takes 1 MB for it."""
    return "".join(f"%{byte:02X}" if not chr(byte).isalnum() else chr(byte) for byte in text.encode())


def _unknown(problem: str, bridge: Bridge) -> Unknown:
    return Unknown(f"{problem}, so nobody can tell whether participants are on {bridge.name} (npm run repair -- web)")
