"""A host for tests of parts of the program: that of a cluster, and what the part has said."""

import json
from collections.abc import Callable
from typing import Any

from jitsi_hetzner.host import Host
from jitsi_hetzner.http_client import Http
from jitsi_hetzner.messages import Messages
from jitsi_hetzner.places import Ports

from .fake_cluster import PID, FakeCluster
from .fake_host import OneAfterTheOther
from .fake_wire import NoWire


class Listing:
    """A jicofo with a list of its own; else as the cluster's."""

    def __init__(self, http: Http, debug: dict[str, Any]) -> None:
        self._http = http
        self._debug = debug

    def request(self, method: str, address: str, port: int, path: str, **options: Any) -> str:
        if path == "/debug":
            return json.dumps({"bridge_selector": {"bridge": self._debug}})
        return self._http.request(method, address, port, path, **options)


class Probe:
    """`debug`: jicofo's list of bridges, by JID, in the place of the cluster's."""

    def __init__(self, cluster: FakeCluster, *, debug: dict[str, Any] | None = None) -> None:
        self.said: list[str] = []
        # Sees each message.
        self.watch: Callable[[str], None] = lambda _text: None
        self.printed: list[str] = []
        self.host = Host(
            messages=Messages("probe", "web", PID, self._say, self.printed.append),
            clock=cluster.clock,
            http=cluster if debug is None else Listing(cluster, debug),
            connects=cluster.connects,
            lines=cluster.lines,
            wire=NoWire(),
            commands=cluster.commands,
            locks=cluster.locks,
            parallel=OneAfterTheOther(),
            ignore_operator=lambda: None,
            paths=cluster.paths,
            ports=Ports(),
            waits=cluster.waits,
        )

    def _say(self, text: str) -> None:
        self.said.append(text)
        self.watch(text)

    @property
    def text(self) -> str:
        return "".join(self.said)
