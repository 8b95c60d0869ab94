"""COLIBRI 2 of a bridge over REST, as far as it refuses what the real one refuses (see jitsi_hetzner/warmth.py)."""

import json
from typing import Any

from .faults import Status

ROOT = "/colibri/v2/conferences"
FLAGS = ("create", "expire")


class Conferences:
    """Those that REST has made; participants' conferences are jicofo's."""

    def __init__(self) -> None:
        self.created = 0
        self._endpoints: dict[str, set[str]] = {}

    @property
    def count(self) -> int:
        return len(self._endpoints)

    @property
    def endpoints(self) -> int:
        return sum(map(len, self._endpoints.values()))

    def answer(self, method: str, path: str, body: str | None, *, is_ending: bool) -> str:
        request = _object_of(body)
        meeting = path.removeprefix(ROOT).removeprefix("/")
        if method == "POST" and meeting == "":
            return self._create(request, is_ending=is_ending)
        if method == "PATCH" and meeting != "":
            return self._change(meeting, request)
        raise Status(405)

    def _create(self, request: dict[str, Any], *, is_ending: bool) -> str:
        meeting = request.get("meeting-id")
        if not isinstance(meeting, str) or not meeting.strip():
            raise Status(400)
        if request.get("create") is not True or meeting in self._endpoints or is_ending:
            raise Status(400)
        self._endpoints[meeting] = set()
        self.created += 1
        for endpoint in request.get("endpoints", []):
            self._endpoints[meeting].add(_endpoint(endpoint))
        return json.dumps({"endpoints": [], "sources": []})

    def _change(self, meeting: str, request: dict[str, Any]) -> str:
        if meeting not in self._endpoints:
            raise Status(404)
        if request.get("expire") is True:
            del self._endpoints[meeting]
        return json.dumps({})


def _object_of(body: str | None) -> dict[str, Any]:
    try:
        request = json.loads(body or "")
    except ValueError:
        raise Status(400) from None
    if not isinstance(request, dict) or any(not isinstance(request.get(flag, True), bool) for flag in FLAGS):
        raise Status(400)
    return request


def _endpoint(endpoint: dict[str, Any]) -> str:
    media = endpoint.get("medias", [])
    is_complete = (
        isinstance(endpoint.get("id"), str)
        and endpoint.get("create") is True
        and isinstance(endpoint.get("transport"), dict)
        and "source-names" in endpoint.get("capabilities", [])
        and all(one.get("type") in ("audio", "video") for one in media)
        and all(isinstance(kind, dict) for one in media for kind in one.get("payload-types", []))
    )
    if not is_complete:
        raise Status(400)
    return str(endpoint["id"])
