"""Entry point of jibri's stand-in. launch.sh starts it with the arguments of a JVM."""

import asyncio
import logging
import os
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

from jitsi_stand_in import log as jitsi_log  # noqa: E402
from jitsi_stand_in.config import ConfigError, JavaOptions  # noqa: E402
from jitsi_stand_in.rest import serve  # noqa: E402
from jitsi_stand_in.tasks import end, run_until  # noqa: E402
from jibri import settings as jibri_settings  # noqa: E402
from jibri.api import external, internal  # noqa: E402
from jibri.control import Control  # noqa: E402
from jibri.manager import Manager  # noqa: E402
from jibri.status import Status  # noqa: E402

log = logging.getLogger("Main")

LOG_FILE = "/var/log/jitsi/jibri/log.0.txt"


class Program:
    def __init__(self, settings: jibri_settings.Settings) -> None:
        self.settings = settings
        self.code = 0
        self.stopped = asyncio.Event()
        self.manager = Manager(Status(), settings.single_use, settings.minute)
        self.controls: list[Control] = []

    def leave(self, code: int) -> None:
        log.info("Exiting with code %d", code)
        self.code = code
        self.stopped.set()

    async def run(self) -> int:
        """Until a request or a signal ends it. A signal ends it at once: nothing is finalized."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            loop.add_signal_handler(number, os._exit, 128 + number)
        tasks: list["asyncio.Task[None]"] = []
        s = self.settings
        runners = [await serve(internal(self.manager, self.leave), s.internal_host, s.internal_port)]
        try:
            environments = [jibri_settings.environment(given) for given in s.environments]
        except (ConfigError, ValueError, TypeError) as problem:
            # The other threads of the real program go on.
            log.error("Exception in thread \"main\": %s", problem)
        else:
            for environment in environments:
                for host in environment.hosts:
                    log.info("Connecting to xmpp environment '%s' on %s", environment.name, host)
                    self.controls.append(Control(s, environment, host, self.manager))
            self.manager.status.on_change = self._publish
            tasks = [loop.create_task(control.run()) for control in self.controls]
            runners.append(await serve(external(self.manager), s.external_host, s.external_port))
        if not await run_until(self.stopped, tasks):
            self.code = 1
        await asyncio.gather(*(control.client.leave() for control in self.controls))
        await end(tasks)
        for runner in runners:
            await runner.cleanup()
        return self.code

    def _publish(self) -> None:
        if self.manager.status.busy == "EXPIRED":
            return
        for control in self.controls:
            control.client.publish()


async def run(settings: jibri_settings.Settings) -> int:
    log.info("Jibri starting up with id %s, version %s", settings.id,
             jibri_settings.installed_version())
    return await Program(settings).run()


def main() -> int:
    jitsi_log.configure("Jibri")
    handler = logging.FileHandler(LOG_FILE)
    handler.setFormatter(jitsi_log.JitsiFormatter("Jibri"))
    logging.getLogger().addHandler(handler)
    options = JavaOptions.parse(sys.argv[1:])
    try:
        settings = jibri_settings.load(options.properties["config.file"])
    except (ConfigError, ValueError) as problem:
        log.error("Failed to start: %s", problem)
        return 1
    return asyncio.run(run(settings))


if __name__ == "__main__":
    sys.exit(main())
