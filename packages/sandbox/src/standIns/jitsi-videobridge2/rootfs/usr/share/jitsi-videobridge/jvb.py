"""Entry point of the bridge's stand-in. jvb.sh starts it with the arguments of a JVM."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from typing import Optional

from aiohttp import web

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

from jitsi_stand_in import log as jitsi_log  # noqa: E402
from jitsi_stand_in.config import ConfigError, JavaOptions  # noqa: E402
from jitsi_stand_in.memory import fill_on_signal  # noqa: E402
from jitsi_stand_in.rest import serve  # noqa: E402
from jitsi_stand_in.tasks import end, run_until  # noqa: E402
from jitsi_stand_in.xmpp import MucClient  # noqa: E402
from jvb import settings as jvb_settings  # noqa: E402
from jvb.api import application  # noqa: E402
from jvb.bridge import Bridge  # noqa: E402
from jvb.checks import Checks  # noqa: E402
from jvb.reports import Reports  # noqa: E402

log = logging.getLogger("Main")


def media_socket(port: int) -> socket.socket:
    """The media port. It is open, so that port scans and conflicts are realistic, and only checks.py sends from it."""
    media = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    media.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    media.bind(("::", port))
    return media


async def serve_rest(reports: Reports) -> Optional[web.AppRunner]:
    """None without a port, and if the address does not exist (yet).

    Upstream only logs such an error: the bridge joins without REST. This was read in its source,
    not tried: an exception in its main thread does not end the other threads.
    """
    settings = reports.bridge.settings
    host, port = settings.private_host, settings.private_port
    if port == -1:
        log.info("Not starting private http server")
        return None
    try:
        return await serve(application(reports), host, port)
    except OSError as problem:
        log.error("An uncaught exception occurred in thread=main: private http server: %s", problem)
        return None


async def tick_for_ever(bridge: Bridge) -> None:
    """Sends presence and updates periodic metrics at each tick, and only then."""
    while True:
        bridge.tick()
        await asyncio.sleep(bridge.settings.presence_interval)


async def start(reports: Reports, tasks: "list[asyncio.Task[None]]") -> Optional[web.AppRunner]:
    """Starts XMPP first. REST starts some seconds later, whether the login succeeded or not."""
    loop, bridge = asyncio.get_running_loop(), reports.bridge
    await asyncio.sleep(bridge.settings.start_seconds / 3)
    tasks.extend(loop.create_task(c.run()) for c in bridge.clients)
    tasks.append(loop.create_task(tick_for_ever(bridge)))
    await asyncio.sleep(bridge.settings.start_seconds * 2 / 3)
    return await serve_rest(reports)


async def run(settings: jvb_settings.Settings) -> int:
    """Runs until a signal or the end of a graceful shutdown. Returns the exit code of the JVM."""
    bridge = Bridge(settings, jvb_settings.installed_version())
    reports = Reports(bridge)
    log.info("Starting jitsi-videobridge version %s", bridge.version)
    status = [0]
    loop = asyncio.get_running_loop()

    def stop(number: int) -> None:
        log.info("Caught signal SIG%s, shutting down.", signal.Signals(number).name[3:])
        status[0] = 128 + number
        bridge.finished.set()

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        loop.add_signal_handler(number, stop, number)
    with contextlib.closing(media_socket(settings.media_port)) as media:
        bridge.on_endpoints = Checks(media, settings.home_network).try_homes
        for account in settings.accounts:
            client = MucClient(account)
            client.extension = reports.stats_element
            client.on_iq = bridge.handle_iq
            bridge.clients.append(client)
        tasks: list[asyncio.Task[None]] = []
        starting = loop.create_task(start(reports, tasks))
        await asyncio.wait([starting, loop.create_task(bridge.finished.wait())],
                           return_when=asyncio.FIRST_COMPLETED)
        runner = starting.result() if starting.done() else None
        starting.cancel()
        if not await run_until(bridge.finished, tasks):
            status[0] = 1
        log.info("Bridge shutting down")
        await asyncio.gather(*(client.leave() for client in bridge.clients))
        await end(tasks)
        if runner is not None:
            await runner.cleanup()
    return status[0]


def main() -> int:
    jitsi_log.configure("JVB")
    try:
        options = JavaOptions.of_process()
        settings = jvb_settings.load(options)
    except (ConfigError, ValueError) as problem:
        log.error("Failed to start: %s", problem)
        return 1
    fill_on_signal(options)
    return asyncio.run(run(settings))


if __name__ == "__main__":
    sys.exit(main())
