"""The REST servers of the stand-ins."""

import logging

from aiohttp import web

from .metrics import Metrics, accepted

log = logging.getLogger("Rest")


async def serve(app: web.Application, host: str, port: int) -> web.AppRunner:
    """Starts to listen. Raises OSError when that fails."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, reuse_address=True).start()
    except OSError:
        await runner.cleanup()
        raise
    log.info("REST API on %s port %d", host, port)
    return runner


def streamed(value: object) -> web.Response:
    """An object as upstream's ktor sends it: in chunks, without its length. A client of HTTP/1.0 gets an error."""
    answer = web.json_response(value)
    answer.enable_chunked_encoding()
    return answer


def metrics_handler(metrics: Metrics):
    async def handle(request: web.Request) -> web.Response:
        try:
            body, content_type = metrics.negotiate(accepted(request.headers.get("Accept", "")))
        except ValueError as problem:
            return web.Response(status=500, text=str(problem))
        return web.Response(body=body.encode(), headers={"Content-Type": content_type})

    return handle
