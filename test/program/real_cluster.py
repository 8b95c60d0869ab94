"""A cluster on loopback: the same bridges and the same jicofo behind real HTTP, for verbs that are real processes."""

import json
import os
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from .build import installed_program, temporary
from .fake_bridge import FakeBridge
from .fake_bridge_host import FakeBridgeHost
from .fake_jicofo import FakeJicofo
from .fake_people import People
from .faults import Status
from .real_time import FastTimeline

# The program's shortest wait, 15 s, is 1.5 s then: a machine with other work answers within that.
SPEED = 10.0
# For what a busy machine does late.
PATIENCE_SECONDS = 60.0
Answer = Callable[[str, str, str], str]


class Verb:
    """A verb that runs."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.text = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.text += line

    def wait_until_it_says(self, words: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while words not in self.text:
            if time.monotonic() > deadline or (self.process.poll() is not None and not self._reader.is_alive()):
                raise AssertionError(f"it never says {words!r}, but: {self.text}")
            time.sleep(0.01)

    def code(self) -> int:
        """When it has ended."""
        code = self.process.wait(PATIENCE_SECONDS)
        self._reader.join(PATIENCE_SECONDS)
        return code


class RealCluster:
    """Two bridges. Close it at the end."""

    def __init__(self) -> None:
        self._folder = temporary()
        self.root = Path(self._folder.name)
        (self.root / "lock").mkdir()
        self._time = FastTimeline(SPEED)
        self.participants = People()
        self.bridges = [FakeBridge(index, self._time, self.participants) for index in range(2)]
        self.bridge_hosts = [FakeBridgeHost(bridge) for bridge in self.bridges]
        self._servers: list[socketserver.BaseServer] = []
        self._verbs: list[Verb] = []
        self._ports = {"bridge_rest": _free_port(), "bridge_start": _free_port()}
        for bridge, bridge_host in zip(self.bridges, self.bridge_hosts, strict=True):
            bridge.address = f"{_own_network()}.{10 + bridge.index}"
            self._serve(bridge.address, self._ports["bridge_rest"], _rest_of(bridge))
            self._obey(bridge_host)
        self.jicofo = FakeJicofo(self._time, self.participants, self.bridges)
        self._ports["jicofo_rest"] = self._serve("127.0.0.1", 0, lambda method, url, _: self.jicofo.answer(method, url))
        self._ports["xmpp"] = self._listen("127.0.0.1", 0, lambda: None)

    def close(self) -> None:
        for verb in self._verbs:
            if verb.process.poll() is None:
                verb.process.kill()
            verb.process.communicate()
        self._time.end()
        for server in self._servers:
            server.shutdown()
            server.server_close()
        self._folder.cleanup()

    def set_policy(self, seconds: int) -> None:
        (self.root / "etc").mkdir(exist_ok=True)
        policy = {"bridges": [], "drainTimeoutSeconds": seconds, "forceDrain": False}
        (self.root / "etc/policy.json").write_text(json.dumps(policy))

    def set_goal(self, bridge: FakeBridge, goal: str) -> None:
        (self.root / "lib/bridges").mkdir(parents=True, exist_ok=True)
        (self.root / "lib/bridges" / bridge.nickname).write_text(f"{bridge.name} {bridge.address} {goal}\n")

    def goals(self) -> dict[str, str]:
        entries = [file.read_text().split() for file in (self.root / "lib/bridges").iterdir()]
        return {name: goal for name, _, goal in entries}

    def note(self, bridge: FakeBridge, text: str) -> None:
        (self.root / "lib/running-settings.d").mkdir(parents=True, exist_ok=True)
        (self.root / "lib/running-settings.d" / bridge.nickname).write_text(f"{text}\n")

    def lock_of(self, bridge: FakeBridge) -> Path:
        return self.root / "lock" / f"jitsi-hetzner-{bridge.nickname}"

    def leave(self, bridge: FakeBridge) -> None:
        with self._time.lock:
            self.participants.leave(bridge)
            bridge.maybe_shut_down()

    def command(self, *words: str, pause_after: str = "") -> list[str]:
        """`pause_after`: it waits for a second after a message with these words."""
        config = {
            "folder": str(installed_program()),
            "root": str(self.root),
            "ports": self._ports,
            "speed": SPEED,
            "pause_after": pause_after,
        }
        return [sys.executable, "-m", "program.process", json.dumps(config), *words]

    def start(
        self,
        verb: str,
        fields: dict[str, Any],
        *,
        arguments: tuple[str, ...] = (),
        pause_after: str = "",
        **options: Any,
    ) -> Verb:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, **options}
        process = subprocess.Popen(self.command(verb, *arguments, pause_after=pause_after), text=True, **pipes)
        assert process.stdin is not None
        process.stdin.write(json.dumps({"version": 1, **fields}))
        process.stdin.close()
        process.stdin = None
        started = Verb(process)
        self._verbs.append(started)
        return started

    def _serve(self, address: str, port: int, answer: Answer) -> int:
        lock = self._time.lock

        class Handler(BaseHTTPRequestHandler):
            def _handle(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                try:
                    with lock:
                        text = answer(self.command, self.path, body)
                except Status as status:
                    self.send_error(status.code)
                    return
                except ConnectionError:
                    self.close_connection = True
                    return
                # A verb may have been ended meanwhile.
                with suppress(ConnectionError):
                    self.send_response(200)
                    self.end_headers()
                    self.wfile.write(text.encode())

            # Names of http.server.
            do_GET = do_POST = do_PATCH = _handle  # noqa: N815

            def log_message(self, *_words: Any) -> None:
                """Tests have output of their own."""

        return self._run(socketserver.ThreadingTCPServer((address, port), Handler))

    def _listen(self, address: str, port: int, on_connection: Callable[[], None]) -> int:
        lock = self._time.lock

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with lock:
                    on_connection()

        return self._run(socketserver.ThreadingTCPServer((address, port), Handler))

    def _obey(self, bridge_host: FakeBridgeHost) -> None:
        """Without a lock: an answer takes as long as a restart, and only its own bridge changes."""
        wait = self._time.sleep

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                request = self.rfile.readline().decode().strip()
                if not request:
                    bridge_host.bridge.start()
                    return
                # The verb may have been ended meanwhile; the host goes on.
                for line in bridge_host.answer(request, wait):
                    with suppress(ConnectionError):
                        self.wfile.write(f"{line}\n".encode())

        self._run(socketserver.ThreadingTCPServer((bridge_host.bridge.address, self._ports["bridge_start"]), Handler))

    def _run(self, server: socketserver.TCPServer) -> int:
        self._servers.append(server)
        threading.Thread(target=lambda: server.serve_forever(poll_interval=0.05), daemon=True).start()
        return int(server.server_address[1])


def _rest_of(bridge: FakeBridge) -> Answer:
    def answer(method: str, url: str, body: str) -> str:
        if not bridge.runs:
            raise ConnectionError
        return bridge.answer(method, url, body)

    return answer


def _own_network() -> str:
    """Three numbers of loopback addresses, which no other process that runs these tests has."""
    pid = os.getpid()
    return f"127.{1 + pid % 250}.{pid // 250 % 250}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
