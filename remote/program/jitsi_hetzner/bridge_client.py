"""A bridge's private REST API."""

import json
from typing import Any

from .bridge import Bridge
from .host import Host
from .http_client import DEFAULT_SECONDS, HttpError


class BridgeClient:
    """Asks one bridge, and changes that bridge and no other. What fails raises HttpError, with the reason."""

    def __init__(self, host: Host, bridge: Bridge) -> None:
        self._host = host
        self.bridge = bridge

    @property
    def url(self) -> str:
        """For messages."""
        return f"http://{self.bridge.address}:{self._host.ports.bridge_rest}"

    def expect_own(self) -> None:
        """Hetzner gives private addresses out again.

        A request meant for a server that is gone would drain or end the one that has its address. Of what the REST API
        shows, the relay id alone tells bridges apart; it is the nickname (jvb.conf.hbs).
        """
        actual = self._json("/colibri/stats").get("relay_id", "one without a relay id")
        if actual != self.bridge.nickname:
            raise HttpError(f"{self.url} belongs to another bridge now: {actual}, not {self.bridge.nickname}")

    def check(self) -> None:
        """That this bridge answers at its address, and not another that the address was given to."""
        self._json("/colibri/drain")
        self.expect_own()

    def answers(self) -> bool:
        """Whether check finds nothing."""
        return self.problem() is None

    def problem(self) -> str | None:
        """Why check fails; None where it does not."""
        try:
            self.check()
        except HttpError as problem:
            return str(problem)
        return None

    def participants(self) -> int:
        """How many participants this bridge says it carries."""
        self.expect_own()
        return self.metric("local_endpoints")

    def metric(self, name: str) -> int:
        """A number without decimals."""
        metric = f"jitsi_jvb_{name}"
        for line in self._get("/metrics").splitlines():
            words = line.split()
            if len(words) >= 2 and words[0] == metric:
                return int(float(words[1]))
        raise HttpError(f"/metrics has no {metric}")

    def is_ending(self) -> bool:
        """Whether a shutdown has begun, graceful or not. False where the bridge does not answer."""
        try:
            return self.metric("graceful_shutdown") > 0 or self.metric("shutting_down") > 0
        except HttpError:
            return False

    def set_drain(self, is_on: bool) -> None:
        """Switches drain mode and looks whether it took: a wrong path that fails silently has cut live conferences."""
        self._post(f"/colibri/drain/{'enable' if is_on else 'disable'}", None)
        if self._json("/colibri/drain").get("drain") is not is_on:
            raise HttpError("the request was accepted and not obeyed")

    def shut_down(self, is_graceful: bool) -> None:
        """No new conferences from here on; looks whether it took.

        A graceful shutdown ends the program when the bridge is empty. One that is not ends it at once, so that jicofo
        finds another bridge for those who are on it.
        """
        # The bridge's own script sends a text, not a boolean.
        self._post("/colibri/shutdown", {"graceful-shutdown": str(is_graceful).lower()})
        if not self.is_ending():
            raise HttpError("the request was accepted and not obeyed")

    def change_conference(self, method: str, path: str, change: dict[str, Any], seconds: float) -> None:
        """A request of COLIBRI 2."""
        self.expect_own()
        self._request(method, path, change, seconds)

    def _post(self, path: str, body: dict[str, Any] | None) -> None:
        self.expect_own()
        self._request("POST", path, body)

    def _get(self, path: str) -> str:
        return self._request("GET", path, None)

    def _json(self, path: str) -> dict[str, Any]:
        answer = self._get(path)
        try:
            found = json.loads(answer)
        except ValueError:
            raise HttpError(f"{path} is no JSON") from None
        if not isinstance(found, dict):
            raise HttpError(f"{path} is no JSON object")
        return found

    def _request(self, method: str, path: str, body: dict[str, Any] | None, seconds: float = DEFAULT_SECONDS) -> str:
        text = None if body is None else json.dumps(body)
        address, port = self.bridge.address, self._host.ports.bridge_rest
        try:
            return self._host.http.request(method, address, port, path, body=text, seconds=seconds)
        except HttpError as problem:
            raise HttpError(f"{method} {path}: {problem}") from None
