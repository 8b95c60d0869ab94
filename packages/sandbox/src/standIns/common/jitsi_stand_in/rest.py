"""The REST servers of the stand-ins."""

import json
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


async def streamed(request: web.Request, value: object) -> web.StreamResponse:
    """An object as upstream's ktor sends it: in chunks, without its length. It does so in HTTP/1.0
    too, which has no chunks. nginx asks in HTTP/1.0 and reads them."""
    body = json.dumps(value).encode()
    answer = web.StreamResponse(headers={"Content-Type": "application/json"})
    if tuple(request.version) >= (1, 1):
        answer.enable_chunked_encoding()
    else:
        answer.headers["Transfer-Encoding"] = "chunked"
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    await answer.prepare(request)
    await answer.write(body)
    await answer.write_eof()
    return answer


class _Unbounded(web.StreamResponse):
    """Its end is the end of the connection. aiohttp would send chunks."""

    _length_check = False


async def unbounded(request: web.Request, body: bytes, content_type: str) -> web.StreamResponse:
    """As upstream's Jersey on Jetty sends more than 8 KB: without a length, in chunks only on a
    connection that stays open.
    """
    headers = {"Content-Type": content_type}
    if request.keep_alive:
        answer = web.StreamResponse(headers=headers)
        answer.enable_chunked_encoding()
    else:
        answer = _Unbounded(headers=headers)
        answer.force_close()
    await answer.prepare(request)
    await answer.write(body)
    await answer.write_eof()
    return answer


def json_alone(handler):
    """As upstream's Jersey: 406 to a client that does not accept JSON."""

    async def handle(request: web.Request) -> web.StreamResponse:
        media = accepted(request.headers.get("Accept", "*/*"))
        if not {"*/*", "application/*", "application/json"} & set(media):
            return web.Response(status=406)
        return await handler(request)

    return handle


def metrics_handler(metrics: Metrics):
    async def handle(request: web.Request) -> web.Response:
        try:
            body, content_type = metrics.negotiate(accepted(request.headers.get("Accept", "")))
        except ValueError as problem:
            return web.Response(status=500, text=str(problem))
        return web.Response(body=body.encode(), headers={"Content-Type": content_type})

    return handle
