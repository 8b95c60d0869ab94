"""accept: the cluster works.

jicofo finds every declared bridge, by its own nickname, as it is declared (ready for conferences, or draining), and
https answers. Then, and not earlier, for a replacement must be in service first, all other bridges stop taking
participants before any of them is emptied.
"""

from argparse import Namespace
from dataclasses import dataclass
from functools import partial

from ..bridge import Goal
from ..bridge_client import BridgeClient
from ..declared import DeclaredBridge
from ..decode import Domain
from ..failure import Failure
from ..files import last_lines
from ..host import Host
from ..http_client import HttpError
from ..jicofo import REPAIR, Jicofo, Seen
from ..prosody import LOOPBACK
from ..recorder import DeclaredRecorder
from ..recorder_acceptance import RecorderAcceptance
from ..registry import Entry, Registry
from ..turn_peers import Peers
from ..verb import Verb

REPAIR_BRIDGE = (
    "repair it (on the bridge: journalctl -u jitsi-videobridge2 -n 50; tail /var/log/jitsi/jvb.log), then: pulumi up;\n"
    "    or take it out of the declaration (pulumi config set jvbCount N, or removedBridges), then: pulumi up"
)


@dataclass(frozen=True)
class AcceptInput:
    """What must be there. Bridges that leave may be there too."""

    domain: Domain
    bridges: tuple[DeclaredBridge, ...]
    recorders: tuple[DeclaredRecorder, ...]


@dataclass(frozen=True)
class Difference:
    """A declared bridge that is not as declared."""

    bridge: DeclaredBridge
    state: str
    wanted: str


class Acceptance:
    """Of one cluster."""

    def __init__(self, host: Host, given: AcceptInput) -> None:
        self._host = host
        self._given = given
        self._jicofo = Jicofo(host)
        self._registry = Registry(host.paths)

    def run(self) -> None:
        """Fails where the cluster does not work."""
        self._expect_https()
        self._expect_jicofo()
        seconds = self._host.waits.accept
        if not self._host.wait_for(seconds, "jicofo to find every bridge", self._are_all_found):
            raise self._refusal()
        names = ", ".join(bridge.name for bridge in self._given.bridges)
        domain = self._given.domain
        self._host.info(f"https://{domain} answers; jicofo finds every declared bridge: {names}")
        recorders = RecorderAcceptance(self._host, self._given.recorders, self._jicofo)
        recorders.expect_all()
        self._send_leaving_away()
        recorders.send_leaving_away()

    def _expect_https(self) -> None:
        url = f"https://{self._given.domain}"
        if not self._host.wait_for(self._host.waits.https, url, self._https_answers):
            self._host.messages.raw(last_lines(self._host.paths.nginx_log))
            raise Failure(f"{url} does not answer", "systemctl status nginx; then: pulumi up")

    def _https_answers(self) -> bool:
        """Whether it answers, not by whose certificate: that is checked where the certificate is made."""
        try:
            self._host.http.request("GET", LOOPBACK, self._host.ports.https, "/", tls_name=self._given.domain)
        except HttpError:
            return False
        return True

    def _expect_jicofo(self) -> None:
        if not self._host.wait_for(self._host.waits.jicofo, "jicofo", self._jicofo.works):
            self._host.messages.raw(last_lines(self._host.paths.jicofo_log))
            problem = self._jicofo.problem() or "jicofo does not work steadily"
            raise Failure(f"{problem}; it is unknown where participants are, so nothing is removed", REPAIR)

    def _differences(self) -> list[Difference]:
        states = {seen.nickname: seen.state for seen in self._jicofo.bridges()}
        all_bridges = [
            Difference(
                bridge,
                states.get(bridge.nickname, "not in the brewery"),
                "draining" if bridge.draining else "ready",
            )
            for bridge in self._given.bridges
        ]
        return [one for one in all_bridges if one.state != one.wanted]

    def _are_all_found(self) -> bool:
        try:
            return not self._differences()
        except HttpError:
            return False

    def _refusal(self) -> Failure:
        # Without jicofo or prosody every bridge is missing, and no bridge is to blame.
        problem = self._jicofo.problem()
        if problem is not None:
            return Failure(problem, REPAIR)
        try:
            different, seen = self._differences(), self._jicofo.bridges()
        except HttpError as stopped:
            return Failure(f"jicofo stopped answering on {self._jicofo.url} ({stopped})", REPAIR)
        lines = "".join(f"  {bridge.nickname}: {bridge.state}\n" for bridge in seen)
        self._host.messages.raw(f"jicofo sees:\n{lines}")
        bridges = "; ".join(
            f"{one.bridge.name} ({one.bridge.nickname}): {one.state}, not {one.wanted}" for one in different
        )
        return Failure(
            f"not as declared after {self._host.waits.accept:.0f} s: {bridges or 'the bridges did not stay so'}",
            REPAIR_BRIDGE,
        )

    def _send_leaving_away(self) -> None:
        """Side by side: one that is dead takes seconds, and must not hold up the others."""
        declared = {bridge.nickname for bridge in self._given.bridges}
        leaving = [one for one in self._registry.entries() if one.bridge.nickname not in declared]
        self._host.parallel.threads([partial(self._send_away, entry) for entry in leaving])
        nicknames = " ".join(entry.bridge.nickname for entry in leaving)
        self._host.info(f"bridges that are leaving: {nicknames or 'none'}")

    def _send_away(self, entry: Entry) -> None:
        """One that does not answer is left to its drain, which looks closer."""
        bridge, info = entry.bridge, self._host.info
        if entry.goal is Goal.LEFT:
            self._forget(bridge.nickname)
            return
        self._registry.set_goal(bridge, Goal.LEAVING)
        try:
            BridgeClient(self._host, bridge).set_drain(True)
        except HttpError as problem:
            if self._jicofo.view(bridge) is Seen.GONE:
                # Removed without a drain. Should one come after all, it registers the bridge again.
                self._forget(bridge.nickname)
                info(f"{bridge.name} does not answer, and jicofo does not list it: it is forgotten")
                return
            info(
                f"{bridge.name} does not take drain mode ({problem} at {bridge.address}); participants that jicofo has "
                f"on it: {self._participants(entry)}; its drain looks closer"
            )
            return
        info(f"{bridge.name} takes no participants any more")

    def _forget(self, nickname: str) -> None:
        self._registry.forget(nickname)
        Peers(self._host.paths).forget(nickname)

    def _participants(self, entry: Entry) -> str:
        try:
            return str(self._jicofo.participants(entry.bridge))
        except HttpError:
            return "unknown"


def run(host: Host, given: AcceptInput, _arguments: Namespace) -> None:
    """As a step."""
    Acceptance(host, given).run()


VERB = Verb(
    summary="checks that the cluster works",
    description="Then the bridges that are not declared stop taking participants.",
    takes=AcceptInput,
    run=run,
)
