"""Jicofo's REST API, and routes to simulate participants (/sandbox/...)."""

import asyncio
from typing import Any, Awaitable, Callable, Optional

from aiohttp import web

from jitsi_stand_in.refusal import Refusal
from jitsi_stand_in.rest import metrics_handler, streamed

from .bridges import Bridge
from .focus import Focus
from .participants import MoveError
from .report import report

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def move_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except MoveError as problem:
        return web.Response(status=problem.status, text=str(problem))


def application(focus: Focus) -> web.Application:
    app = web.Application(middlewares=[move_errors])
    _add_reports(app, focus)
    _add_conference_request(app, focus)
    _add_moves(app, focus)
    _add_participants(app, focus)
    _add_recordings(app, focus)
    _add_faults(app, focus)
    return app


def _add_reports(app: web.Application, focus: Focus) -> None:
    conferences = focus.conferences

    async def health(_request: web.Request) -> web.Response:
        success, message = focus.healthy()
        return web.Response(status=200 if success else 500, text=message)

    async def version(request: web.Request) -> web.StreamResponse:
        return await streamed(request, {"name": "JICOFO", "version": focus.version, "os": "Linux"})

    async def stats(_request: web.Request) -> web.Response:
        return web.json_response(focus.stats())

    async def debug(request: web.Request) -> web.Response:
        return web.json_response(focus.debug(request.query.get("full") == "true"))

    async def rooms(_request: web.Request) -> web.Response:
        return web.json_response(list(conferences.rooms))

    async def rooms_full(_request: web.Request) -> web.Response:
        return web.json_response({room: conferences.debug(room) for room in conferences.rooms})

    async def one_room(request: web.Request) -> web.Response:
        room = request.match_info["room"]
        return web.json_response(conferences.debug(room) if room in conferences.rooms else {})

    if focus.settings.health:
        app.router.add_get("/about/health", health)
    app.router.add_get("/about/version", version)
    app.router.add_get("/stats", stats)
    if focus.settings.metrics_rest:
        app.router.add_get("/metrics", metrics_handler(focus.metrics))
    if focus.settings.debug_rest:
        app.router.add_get("/debug", debug)
        app.router.add_get("/debug/conferences", rooms)
        app.router.add_get("/debug/conferences-full", rooms_full)
        app.router.add_get("/debug/conference/{room}", one_room)


def _add_conference_request(app: web.Application, focus: Focus) -> None:
    """The request of a guest's page for the focus of a room, when it does not use XMPP for it."""

    async def conference(request: web.Request) -> web.StreamResponse:
        try:
            room = str((await request.json())["room"])
        except (ValueError, KeyError, TypeError) as problem:
            raise MoveError(400, f"Bad request: {problem}") from None
        return await streamed(request, {"room": room, "ready": True, "focusJid": focus.jid, "properties": {}})

    if focus.settings.conference_rest:
        app.router.add_post("/conference-request/v1", conference)


def _add_moves(app: web.Application, focus: Focus) -> None:
    conferences = focus.conferences

    def bridge_of(request: web.Request) -> Bridge:
        bridge = focus.selector.find(_required(request, "bridge"))
        if bridge is None:
            raise MoveError(500, "Not found: Bridge not found")
        return bridge

    async def fraction(request: web.Request) -> web.StreamResponse:
        bridge = bridge_of(request)
        share = _number(request, "fraction", 0.1)
        count = round(share * conferences.endpoints_on(bridge.jid))
        return await streamed(request, conferences.move(bridge, None, count))

    async def endpoints(request: web.Request) -> web.StreamResponse:
        bridge = bridge_of(request)
        room = conferences.room_or_error(request.query.get("conference"))
        count = int(_number(request, "numEndpoints", 1))
        return await streamed(request, conferences.move(bridge, room, count))

    async def endpoint(request: web.Request) -> web.StreamResponse:
        room = conferences.room_or_error(_required(request, "conference"))
        name = _required(request, "endpoint")
        bridge = bridge_of(request) if request.query.get("bridge") else None
        done = conferences.move_one(room or "", name, bridge)
        return await streamed(request, {"movedEndpoints": int(done), "conferences": int(done)})

    if not focus.settings.move_rest:
        return
    app.router.add_get("/move-endpoints/move-fraction", fraction)
    app.router.add_get("/move-endpoints/move-endpoints", endpoints)
    app.router.add_get("/move-endpoints/move-endpoint", endpoint)


def _add_participants(app: web.Application, focus: Focus) -> None:
    """Not upstream's: the sandbox adds participants to rooms here. jicofo chooses their bridges."""
    conferences = focus.conferences

    async def join(request: web.Request) -> web.Response:
        body: dict[str, Any] = await request.json()
        await conferences.join(str(body["room"]).lower(), int(body.get("participants", 1)))
        return web.json_response(report(conferences))

    async def leave(request: web.Request) -> web.Response:
        count: Optional[str] = request.query.get("participants")
        room = request.match_info["room"].lower()
        if room not in conferences.rooms:
            known = ", ".join(sorted(conferences.rooms)) or "none"
            raise MoveError(404, f"no room is called {room}; rooms: {known}")
        leaving = int(count) if count else None
        if request.query.get("silently") == "true":
            conferences.background(conferences.leave_silently(room, leaving))
            await asyncio.sleep(0)
        else:
            await conferences.leave(room, leaving)
        return web.json_response(report(conferences))

    async def listing(_request: web.Request) -> web.Response:
        return web.json_response(report(conferences))

    app.router.add_get("/sandbox/participants", listing)
    app.router.add_post("/sandbox/participants", join)
    app.router.add_delete("/sandbox/participants/{room}", leave)


def _add_recordings(app: web.Application, focus: Focus) -> None:
    """Not upstream's: a participant asks for a recording here, and not in the room."""

    async def record(request: web.Request) -> web.Response:
        body: dict[str, Any] = await request.json()
        room = str(body["room"]).lower()
        if room not in focus.conferences.rooms:
            raise MoveError(409, f"item-not-found: nobody is in {room}; people join {room}")
        try:
            session = await focus.recordings.start(room, body.get("stream"))
        except Refusal as problem:
            raise MoveError(409, f"{problem.condition}: {problem}") from None
        return web.json_response(session.report())

    async def stop(request: web.Request) -> web.Response:
        try:
            focus.recordings.stop(request.match_info["room"].lower())
        except Refusal as problem:
            raise MoveError(409, f"{problem.condition}: {problem}") from None
        return web.json_response(focus.recordings.report())

    async def listing(_request: web.Request) -> web.Response:
        return web.json_response(focus.recordings.report())

    app.router.add_get("/sandbox/recordings", listing)
    app.router.add_post("/sandbox/recordings", record)
    app.router.add_delete("/sandbox/recordings/{room}", stop)


def _add_faults(app: web.Application, focus: Focus) -> None:
    """Not upstream's: what happens to the real jicofo by chance."""

    async def stay_outside(_request: web.Request) -> web.Response:
        focus.stay_outside()
        return web.Response()

    app.router.add_post("/sandbox/outside", stay_outside)


def _required(request: web.Request, name: str) -> str:
    value = request.query.get(name, "")
    if not value:
        raise MoveError(400, f"Bad request: Missing parameter: {name}")
    return value


def _number(request: web.Request, name: str, default: float) -> float:
    try:
        return float(request.query.get(name, default))
    except ValueError:
        raise MoveError(500, f"{name} is not a number") from None
