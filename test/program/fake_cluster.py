"""A whole cluster in one process: bridges, jicofo and prosody behind a fake clock, and the host's files."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jitsi_hetzner.cli import Program
from jitsi_hetzner.commands import Ran
from jitsi_hetzner.host import Host
from jitsi_hetzner.http_client import HttpError
from jitsi_hetzner.messages import Messages
from jitsi_hetzner.places import Paths, Ports
from jitsi_hetzner.waits import Waits

from .build import installed_program, temporary
from .fake_bridge import FakeBridge
from .fake_bridge_host import FakeBridgeHost
from .fake_clock import FakeClock
from .fake_host import FakeCommands, FakeLocks, OneAfterTheOther
from .fake_jicofo import FakeJicofo
from .fake_people import People
from .fake_recorder_host import FakeRecorderHost
from .fake_wire import NoWire
from .faults import Fault, Faults, Status

LOOPBACK = "127.0.0.1"
PID = 4711


@dataclass(frozen=True)
class Outcome:
    """How a verb ended."""

    code: int
    # Its messages.
    text: str
    # What it printed on stdout.
    printed: str

    @property
    def result(self) -> Any:
        return json.loads(self.printed)


class FakeCluster:
    """Close it at the end."""

    def __init__(self, bridges: int = 2, recorders: int = 0) -> None:
        self._folder = temporary()
        root = Path(self._folder.name)
        self.paths = Paths(
            policy=root / "etc/policy.json",
            state=root / "lib",
            locks=root / "lock",
            prosody=root / "prosody",
            jicofo_log=root / "jicofo.log",
            nginx_log=root / "nginx.log",
            proc=root / "proc",
            turn_database=root / "turndb",
            turn_server=root / "etc/turn-server.json",
            certificate_settings=root / "etc/certificate.json",
        )
        self.waits = Waits()
        self.clock = FakeClock()
        self.participants = People()
        self.bridges = [FakeBridge(index, self.clock, self.participants) for index in range(bridges)]
        self.bridge_hosts = [FakeBridgeHost(bridge) for bridge in self.bridges]
        self.jicofo = FakeJicofo(self.clock, self.participants, self.bridges)
        self.recorders = [FakeRecorderHost(index, self.clock) for index in range(recorders)]
        self.jicofo.recorders = list(self.recorders)
        self.prosody_runs = True
        self.https_faults: Faults = {}
        self.locks = FakeLocks()
        self.commands = FakeCommands()
        self.commands.answers[("prosodyctl", "shell")] = lambda _words: self._focus_session()
        self.commands.answers[("ss", "-K")] = self._close_connections
        # What had been said when the operator's signals were no longer heard.
        self.ignored_at: list[str] = []
        # Addresses of existing machines whose SSH connection has broken: nothing listens there.
        self.forwards_down: set[str] = set()
        # What was asked of each bridge that does not change it, too.
        self.requests: list[str] = []

    def close(self) -> None:
        self._folder.cleanup()

    # -- what happens

    def freeze(self, bridge: FakeBridge) -> None:
        bridge.is_frozen = True
        self.jicofo.lose_touch(bridge)

    def unplug(self, bridge: FakeBridge) -> None:
        bridge.is_unplugged = True
        self.jicofo.lose_touch(bridge)

    def plug_in(self, bridge: FakeBridge) -> None:
        bridge.is_unplugged = False
        self.jicofo.find_again(bridge)

    def lose_power(self, bridge: FakeBridge) -> None:
        bridge.lose_power()
        self.jicofo.lose_touch(bridge)

    def leave(self, bridge: FakeBridge) -> None:
        """All participants on it go."""
        self.participants.leave(bridge)
        bridge.maybe_shut_down()

    def let_pass(self, seconds: float) -> None:
        self.clock.sleep(seconds)

    # -- the host's files

    def set_policy(self, **policy: Any) -> None:
        whole = {
            "bridges": [],
            "recorders": [],
            "drainTimeoutSeconds": 1800,
            "recordingDrainTimeoutSeconds": 10800,
            "forceDrain": False,
            **policy,
        }
        self.paths.policy.parent.mkdir(parents=True, exist_ok=True)
        self.paths.policy.write_text(json.dumps(whole))

    def policy(self) -> Any:
        return json.loads(self.paths.policy.read_text())

    def set_goal(self, bridge: FakeBridge, goal: str) -> None:
        self.paths.registry.mkdir(parents=True, exist_ok=True)
        (self.paths.registry / bridge.nickname).write_text(f"{bridge.name} {bridge.address} {goal}\n")

    def goals(self) -> dict[str, str]:
        """The registry: each bridge's goal by its name."""
        if not self.paths.registry.is_dir():
            return {}
        entries = [file.read_text().split() for file in self.paths.registry.iterdir()]
        return {name: goal for name, _, goal in entries}

    def set_recorder_goal(self, recorder: FakeRecorderHost, goal: str) -> None:
        self.paths.recorders.mkdir(parents=True, exist_ok=True)
        (self.paths.recorders / recorder.nickname).write_text(f"{recorder.name} {recorder.address} {goal}\n")

    def recorder_goals(self) -> dict[str, str]:
        """The registry of recorders: each one's goal by its name."""
        if not self.paths.recorders.is_dir():
            return {}
        entries = [file.read_text().split() for file in self.paths.recorders.iterdir()]
        return {name: goal for name, _, goal in entries}

    # -- the program

    def drain(self, bridge: FakeBridge, watch: Callable[[str], None] | None = None) -> Outcome:
        return self.run("drain", {"bridge": given(bridge), "draining": False}, watch=watch)

    def serve(
        self, bridge: FakeBridge, *, draining: bool = False, watch: Callable[[str], None] | None = None
    ) -> Outcome:
        return self.run("serve", {"bridge": given(bridge), "draining": draining}, watch=watch)

    def run(
        self,
        verb: str,
        fields: dict[str, Any] | None,
        *arguments: str,
        stdin: str | None = None,
        watch: Callable[[str], None] | None = None,
    ) -> Outcome:
        """`watch` sees all that the verb has said so far, each time that it says more."""
        messages: list[str] = []
        printed: list[str] = []

        def write(text: str) -> None:
            messages.append(text)
            if watch is not None:
                watch("".join(messages))

        def host_of(name: str) -> Host:
            return Host(
                messages=Messages(name, "web", PID, write, printed.append),
                clock=self.clock,
                http=self,
                connects=self.connects,
                lines=self.lines,
                wire=NoWire(),
                commands=self.commands,
                locks=self.locks,
                parallel=OneAfterTheOther(),
                ignore_operator=lambda: self.ignored_at.append("".join(messages)),
                paths=self.paths,
                ports=Ports(),
                waits=self.waits,
            )

        given_text = json.dumps({"version": 1, **(fields or {})}) if stdin is None else stdin
        code = Program(installed_program(), host_of, lambda: given_text).run([verb, *arguments])
        return Outcome(code, "".join(messages), "".join(printed))

    # -- the network

    def request(
        self,
        method: str,
        address: str,
        port: int,
        path: str,
        *,
        body: str | None = None,
        seconds: float = 5.0,
        tls_name: str | None = None,
    ) -> str:
        if (address, port) == (LOOPBACK, 443):
            return self._answer(self.https_faults, lambda: f"the page of {tls_name}", path, seconds)
        if (address, port) == (LOOPBACK, 8888):
            if not self.jicofo.runs:
                raise HttpError("connection refused")
            return self._answer(self.jicofo.faults, lambda: self.jicofo.answer(method, path), path, seconds)
        bridge = self._bridge_at(address, port, 8080, seconds)
        if not bridge.runs:
            raise HttpError("connection refused")
        self.requests.append(f"{bridge.name} {method} {path}")
        return self._answer(bridge.faults, lambda: bridge.answer(method, path, body), path, seconds)

    def connects(self, address: str, port: int) -> bool:
        if (address, port) == (LOOPBACK, 5222):
            return self.prosody_runs
        if port == 8080:
            return address not in self.forwards_down
        try:
            bridge = self._bridge_at(address, port, 8081, 5.0)
        except HttpError:
            return False
        bridge.start()
        return True

    def lines(self, address: str, port: int, request: str, seconds: float) -> Iterator[str]:
        if port == 8083:
            yield from self._recorder_at(address, seconds).answer(request)
            return
        reachable = [one for one in self.bridge_hosts if one.bridge.address == address and not one.bridge.is_unplugged]
        if port != 8081 or not reachable or not reachable[-1].bridge.has_power:
            self.clock.sleep(min(seconds, 5.0))
            raise HttpError("timed out after 5 s")
        yield from reachable[-1].answer(request, self.clock.sleep)

    def _recorder_at(self, address: str, seconds: float) -> FakeRecorderHost:
        found = [one for one in self.recorders if one.address == address and not one.is_silent]
        if not found:
            self.clock.sleep(min(seconds, 5.0))
            raise HttpError("timed out after 5 s")
        return found[-1]

    def _bridge_at(self, address: str, port: int, expected: int, seconds: float) -> FakeBridge:
        """The one that has the address now: two may have had it."""
        if port != expected:
            raise AssertionError(f"nobody asks for port {port} of {address}")
        reachable = [one for one in self.bridges if one.address == address and one.has_power and not one.is_unplugged]
        if not reachable or reachable[-1].is_frozen:
            # Nobody answers, not even that there is none.
            self.clock.sleep(seconds)
            raise HttpError(f"timed out after {seconds:g} s")
        return reachable[-1]

    def _answer(self, faults: Faults, answer: Callable[[], str], path: str, seconds: float) -> str:
        fault = faults.get(path.partition("?")[0])
        if fault is Fault.HANG:
            self.clock.sleep(seconds)
            raise HttpError(f"timed out after {seconds:g} s")
        if fault is Fault.RESET:
            raise HttpError("the connection was closed without an answer")
        if fault is not None:
            raise HttpError(f"it answers with the error {fault.value}")
        try:
            return answer()
        except Status as status:
            raise HttpError(f"it answers with the error {status.code}") from None

    def _focus_session(self) -> Ran:
        place = "" if self.jicofo.is_in_room else ", outside"
        return Ran(0, f"| Result: {f'logged in{place}' if self.jicofo.is_logged_in else 'logged out'}\n")

    def _close_connections(self, words: tuple[str, ...]) -> Ran:
        for bridge in self.bridges:
            if bridge.address in words:
                self.jicofo.close_connection(bridge)
        return Ran(0)


def given(bridge: FakeBridge | FakeRecorderHost) -> dict[str, str]:
    """As the JSON of a verb has it."""
    return {"name": bridge.name, "nickname": bridge.nickname, "address": bridge.address}


def former_values(bridge: FakeBridge) -> dict[str, Any]:
    """As a drain in a state of the program before this one has it."""
    values = {"NAME": bridge.name, "NICKNAME": bridge.nickname, "REST_ADDRESS": bridge.address, "DRAINING": "false"}
    return {"values": values}
