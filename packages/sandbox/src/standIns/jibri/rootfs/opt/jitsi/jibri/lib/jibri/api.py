"""The two HTTP APIs: 2222 for everybody on the host, 3333 for its scripts."""

from typing import Callable

from aiohttp import web

from jitsi_stand_in.rest import streamed

from .manager import Manager


def external(manager: Manager) -> web.Application:
    app = web.Application()

    async def health(request: web.Request) -> web.StreamResponse:
        return await streamed(request, manager.status.health(manager.environment))

    async def stop(_request: web.Request) -> web.Response:
        await manager.stop()
        return web.Response()

    app.router.add_get("/jibri/api/v1.0/health", health)
    app.router.add_post("/jibri/api/v1.0/stopService", stop)
    return app


def internal(manager: Manager, leave: Callable[[int], None]) -> web.Application:
    """Each request is answered before it has an effect. `leave` ends the program with a code."""
    app = web.Application()

    def route(name: str, action: Callable[[], None]) -> None:
        async def handle(request: web.Request) -> web.Response:
            answer = web.Response()
            await answer.prepare(request)
            await answer.write_eof()
            action()
            return answer
        app.router.add_post(f"/jibri/api/internal/v1.0/{name}", handle)

    async def shut_down() -> None:
        await manager.stop()
        leave(255)

    # 255: systemd does not start it again. 0: it does, with the new configuration.
    route("gracefulShutdown", lambda: manager.when_idle(lambda: leave(255)))
    route("notifyConfigChanged", lambda: manager.when_idle(lambda: leave(0)))
    route("shutdown", lambda: manager.background(shut_down()))
    return app
