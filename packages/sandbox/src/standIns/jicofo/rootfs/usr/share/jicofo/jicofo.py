"""Entry point of jicofo's stand-in. jicofo.sh starts it with the arguments of a JVM."""

import asyncio
import logging
import os
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

from jitsi_stand_in import log as jitsi_log  # noqa: E402
from jitsi_stand_in.config import ConfigError, JavaOptions  # noqa: E402
from jitsi_stand_in.memory import fill_on_signal  # noqa: E402
from jitsi_stand_in.rest import serve  # noqa: E402
from jitsi_stand_in.tasks import end, run_until  # noqa: E402
from jicofo import settings as jicofo_settings  # noqa: E402
from jicofo.api import application  # noqa: E402
from jicofo.focus import Focus  # noqa: E402

log = logging.getLogger("Main")


async def run(settings: jicofo_settings.Settings) -> int:
    """Runs until a signal or a failure. Returns the exit code."""
    focus = Focus(settings, jicofo_settings.installed_version())
    log.info("Starting jicofo version %s", focus.version)
    if settings.brewery is None:
        log.error("No bridge detector configured.")
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    # First Java starts, then XMPP, then REST.
    await _unless(stopped, settings.start_seconds / 2)
    tasks = focus.start()
    await _unless(stopped, settings.start_seconds / 2)
    runner = await serve(application(focus), settings.rest_host, settings.rest_port)
    status = 0 if await run_until(stopped, tasks) else 1
    log.info("Shutdown starting...")
    await focus.client.leave()
    await end(tasks)
    await runner.cleanup()
    return status


async def _unless(stopped: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopped.wait(), seconds)
    except asyncio.TimeoutError:
        pass


def main() -> int:
    jitsi_log.configure("Jicofo")
    try:
        options = JavaOptions.of_process()
        settings = jicofo_settings.load(options)
    except (ConfigError, ValueError) as problem:
        log.error("Failed to start: %s", problem)
        return 1
    fill_on_signal(options)
    return asyncio.run(run(settings))


if __name__ == "__main__":
    sys.exit(main())
