"""COLIBRI 2 over REST: conferences that a request creates, changes and expires. No media flows.

A request is read and refused as upstream does it (jitsi-videobridge: rest/root/colibri/v2 and
colibri2/Colibri2ConferenceHandler.kt; jitsi-xmpp-extensions: colibri2/json). Everything that no
test here sends, such as relays and sources, is left out.
"""

import json
from typing import Any, Optional

from jitsi_stand_in.refusal import Refusal

from .bridge import Bridge

TYPES = {bool: "boolean", str: "string", dict: "object", list: "array", int: "number"}
FIELDS = {"meeting-id": str, "name": str, "create": bool, "expire": bool, "endpoints": list}
ENDPOINT_FIELDS = {
    "id": str, "create": bool, "expire": bool, "medias": list, "transport": dict,
    "capabilities": list, "stats-id": str, "muc-role": str,
}
SCTP_PORT = 5000
MEDIA_TYPES = ("audio", "video", "application")


class BadRequest(Exception):
    """400, with the text as reason."""


class NotFound(Exception):
    """404."""


class RestConferences:
    """Conferences by their meeting ids, each with its endpoints."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._endpoints: dict[str, set[str]] = {}

    def create(self, text: str) -> dict[str, Any]:
        """POST. The conference stays when its endpoint is refused; it expires later."""
        modify = _parse(text)
        meeting = modify.get("meeting-id")
        if meeting is None or not meeting.strip():
            raise _unreadable("meeting-id must be set for conference-modify IQ")
        if not modify.get("create", False):
            if not self._exists(meeting):
                raise _failed(f"Conference not found for ID: {meeting}")
            return self._modify(meeting, modify)
        if self._exists(meeting):
            raise _failed(f"Conference already exists for ID: {meeting}")
        try:
            self._bridge.create(meeting)
        except Refusal:
            raise _failed("In graceful shutdown") from None
        self._endpoints[meeting] = set()
        return self._modify(meeting, modify)

    def change(self, meeting: str, text: str) -> dict[str, Any]:
        """PATCH."""
        if not self._exists(meeting):
            raise NotFound
        return self._modify(meeting, _parse(text))

    def _exists(self, meeting: str) -> bool:
        """Not after a time without media, when the bridge has expired it."""
        return meeting in self._bridge.rooms

    def _modify(self, meeting: str, modify: dict[str, Any]) -> dict[str, Any]:
        endpoints = modify.get("endpoints", [])
        changes = any(e.get("create") or "medias" in e or "transport" in e for e in endpoints)
        if len(endpoints) > 1 and changes:
            raise _failed("Creating or updating media, sources or transport for more than one "
                          "endpoint in a request.")
        there = self._endpoints.setdefault(meeting, set())
        answers = [_handle(endpoint, there) for endpoint in endpoints]
        expires = modify.get("expire", False) or not (modify.get("create", False) or there)
        self._bridge.hold(meeting, 0 if expires else len(there), expires=expires)
        answer: dict[str, Any] = {"endpoints": answers} if answers else {}
        if modify.get("create") or any(e.get("create") for e in endpoints):
            answer["sources"] = [{"type": "audio", "id": "jvb-a0"}, {"type": "video", "id": "jvb-v0"}]
        return answer


def _handle(endpoint: dict[str, Any], there: set[str]) -> dict[str, Any]:
    name = endpoint["id"]
    if endpoint.get("expire", False):
        there.discard(name)
        return {"id": name, "expire": True}
    if not endpoint.get("create", False):
        if name not in there:
            raise _failed(f"Endpoint not found for ID: {name}")
        return {"id": name}
    if name in there:
        raise _failed(f"Endpoint with ID {name} already exists")
    transport: Optional[dict[str, Any]] = endpoint.get("transport")
    if transport is None:
        raise _failed(f"Attempt to create endpoint {name} with no <transport>")
    if "source-names" not in endpoint.get("capabilities", []):
        raise _failed("Source name support is mandatory.")
    sctp = transport.get("sctp", {})
    if sctp.get("role", "server") != "server":
        raise _failed(f"Unsupported SCTP role: {sctp['role']}")
    if sctp.get("port", SCTP_PORT) != SCTP_PORT:
        raise _failed("Specific SCTP port requested, not supported.")
    there.add(name)
    return {"id": name, "transport": {"transport": {"rtcp-mux": True, "candidates": []}}}


def _parse(text: str) -> dict[str, Any]:
    try:
        modify = json.loads(text)
    except ValueError as problem:
        raise BadRequest(f"Failed to create conference, could not parse JSON: {problem}") from None
    if not isinstance(modify, dict):
        raise BadRequest("Bad Request")
    _expect(modify, FIELDS)
    for endpoint in modify.get("endpoints", []):
        _expect_kind("endpoint element", endpoint, dict)
        _expect(endpoint, ENDPOINT_FIELDS)
        if "id" not in endpoint:
            raise _unreadable("ID must be set")
        _expect_parts(endpoint)
    return modify


def _expect_parts(endpoint: dict[str, Any]) -> None:
    for capability in endpoint.get("capabilities", []):
        _expect_kind("capability", capability, str)
    transport = endpoint.get("transport", {})
    _expect(transport, {"ice-controlling": bool, "use-unique-port": bool, "sctp": dict})
    _expect(transport.get("sctp", {}), {"role": str, "port": int})
    for media in endpoint.get("medias", []):
        _expect_kind("media element", media, dict)
        _expect(media, {"type": str, "payload-types": list, "rtp-hdrexts": list,
                        "extmap-allow-mixed": bool})
        if media.get("type") not in MEDIA_TYPES:
            raise _unreadable("Media type must be set")
        for kind in media.get("payload-types", []):
            _expect_kind("payload-type", kind, dict)


def _expect(given: dict[str, Any], fields: dict[str, type]) -> None:
    """Unknown fields are ignored."""
    for name, kind in fields.items():
        if name in given:
            _expect_kind(name, given[name], kind)


def _expect_kind(name: str, value: Any, kind: type) -> None:
    if type(value) is not kind:
        actual = TYPES.get(type(value), "null").upper()
        raise _unreadable(f"Expected {TYPES[kind]} for {name}, got {actual}")


def _unreadable(reason: str) -> BadRequest:
    return BadRequest(f"Failed to parse ConferenceModify JSON:{reason}")


def _failed(reason: str) -> BadRequest:
    return BadRequest(f"Failed to create conference: {reason}")
