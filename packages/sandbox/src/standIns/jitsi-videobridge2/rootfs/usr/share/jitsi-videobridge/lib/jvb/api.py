"""The private REST API. A disabled part answers 404, like upstream's."""

import json

from aiohttp import web

from jitsi_stand_in.rest import json_alone, metrics_handler, unbounded

from .colibri import BadRequest, NotFound, RestConferences
from .reports import Reports


def application(reports: Reports) -> web.Application:
    app = web.Application()
    bridge = reports.bridge
    settings = bridge.settings
    render = metrics_handler(reports.metrics)

    async def health(_request: web.Request) -> web.Response:
        # Independent of XMPP: a bridge that never joined is healthy.
        return web.Response()

    async def version(_request: web.Request) -> web.Response:
        return web.json_response({"name": "JVB", "version": bridge.version, "os": "Linux"})

    async def metrics(request: web.Request) -> web.StreamResponse:
        if "Accept" not in request.headers:
            # Upstream takes the header for granted.
            return web.Response(status=500)
        reports.refresh()
        answer = await render(request)
        if answer.status != 200:
            return answer
        return await unbounded(request, answer.body, answer.headers["Content-Type"])

    async def drain_state(_request: web.Request) -> web.Response:
        return web.json_response({"drain": bridge.drain})

    async def drain_enable(_request: web.Request) -> web.Response:
        bridge.set_drain(True)
        return web.Response()

    async def drain_disable(_request: web.Request) -> web.Response:
        bridge.set_drain(False)
        return web.Response()

    async def stats(_request: web.Request) -> web.Response:
        return web.json_response(reports.stats())

    async def shutdown(request: web.Request) -> web.Response:
        if request.content_type != "application/json":
            return web.Response(status=415)
        try:
            graceful = json.loads(await request.text())["graceful-shutdown"]
        except (ValueError, KeyError, TypeError):
            return web.Response(status=400)
        # Upstream's JSON library accepts the string as a boolean, and its own script sends a
        # string.
        bridge.shut_down(str(graceful).lower() == "true")
        return web.Response()

    conferences = RestConferences(bridge)

    async def colibri(request: web.Request) -> web.Response:
        if request.content_type != "application/json":
            return web.Response(status=415)
        meeting = request.match_info.get("meeting")
        text = await request.text()
        try:
            answer = (conferences.create(text) if meeting is None
                      else conferences.change(meeting, text))
        except BadRequest as problem:
            return web.Response(status=400, reason=str(problem))
        except NotFound:
            return web.Response(status=404)
        return web.json_response(answer)

    async def stay_outside(_request: web.Request) -> web.Response:
        """Not upstream's: what happens to the real bridge whose join fails after a login that did
        not resume. It does not try again until its next login.
        """
        for client in bridge.clients:
            for room in client.account.rooms:
                client.step_out(room)
        return web.Response()

    async def not_implemented(_request: web.Request) -> web.Response:
        return web.Response(status=501)

    app.router.add_get("/about/health", json_alone(health))
    app.router.add_get("/about/version", json_alone(version))
    app.router.add_get("/metrics", metrics)
    app.router.add_post("/sandbox/outside", stay_outside)
    if settings.drain_rest:
        app.router.add_get("/colibri/drain", json_alone(drain_state))
        app.router.add_post("/colibri/drain/enable", drain_enable)
        app.router.add_post("/colibri/drain/disable", drain_disable)
    if settings.colibri_rest:
        app.router.add_get("/colibri/stats", json_alone(stats))
        app.router.add_get("/colibri/v2/conferences", json_alone(not_implemented))
        app.router.add_post("/colibri/v2/conferences", json_alone(colibri))
        app.router.add_patch("/colibri/v2/conferences/{meeting}", json_alone(colibri))
    if settings.shutdown_rest:
        app.router.add_post("/colibri/shutdown", shutdown)
    return app
