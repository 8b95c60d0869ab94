"""jibri as upstream has it, with systemd around it: what it answers, and what ends it."""

import json
from pathlib import Path
from typing import Any

from jitsi_hetzner.commands import Ran
from jitsi_hetzner.http_client import HttpError
from jitsi_hetzner.places import Paths

GRACEFUL, RELOAD = "gracefulShutdown", "notifyConfigChanged"


class FakeJibri:
    """At most one recording at a time. It ends only when it is idle, as it was told last."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        # ActiveState of its unit.
        self.state = "inactive"
        self.answers = True
        # The display and the window manager.
        self.display = {"jibri-xorg.service": "active", "jibri-icewm.service": "active"}
        self.timers = {"jitsi-hetzner-keep.timer": "active", "jitsi-hetzner-upload.timer": "active"}
        # Of the host, beside it.
        self.watch = {"is-active": True, "is-enabled": True}
        self.healthy = True
        self.busy = "IDLE"
        self.pending: str | None = None
        # What happened, in order.
        self.events: list[str] = []
        self.packages: dict[str, str] = {"jibri": "8.0-1"}

    # -- what happens to it

    def record(self, session: str = "abcdefgh") -> Path:
        """A meeting asks for a recording. The folder."""
        if self.state != "active" or self.busy != "IDLE":
            raise AssertionError("jibri takes no recording")
        self.busy = "BUSY"
        folder = self._paths.recordings / "current" / session
        folder.mkdir(parents=True)
        (folder / "room_2026-11-30-02-00-00.mp4").write_bytes(b"the recording")
        return folder

    def finish(self) -> None:
        """The recording ends, and its finalize script has handed it over."""
        (folder,) = (self._paths.recordings / "current").iterdir()
        folder.rename(self._paths.recordings / "finished" / f"2026-11-30-020000_{folder.name}")
        self.busy = "IDLE"
        if self.pending is not None:
            self._end(self.pending)

    def crash(self) -> None:
        """Its unit starts it again only if its conditions hold."""
        self.busy = "IDLE"
        self._end("crash")

    # -- the host's programs

    def request(self, method: str, address: str, port: int, path: str, **_options: Any) -> str:
        if self.state != "active" or not self.answers:
            raise HttpError("connection refused")
        if (method, port, path) == ("GET", 2222, "/jibri/api/v1.0/health"):
            health = "HEALTHY" if self.healthy else "UNHEALTHY"
            details = {"JibriManager": {"healthStatus": health, "detail": ""}}
            return json.dumps(
                {"status": {"busyStatus": self.busy, "health": {"healthStatus": health, "details": details}}}
            )
        word = path.rpartition("/")[2]
        if (method, port) != ("POST", 3333) or word not in (GRACEFUL, RELOAD):
            raise AssertionError(f"jibri has no {method} {port} {path}")
        self.events.append(word)
        if self.busy == "BUSY":
            self.pending = word
        else:
            self._end(word)
        return ""

    def systemctl(self, words: tuple[str, ...]) -> Ran:
        verb = words[1]
        if words[-1] == "jitsi-hetzner-watch.timer":
            return Ran(0 if self.watch[verb] else 1)
        if verb == "is-active":
            states = [(self.display | self.timers)[unit] for unit in words[2:]]
            return Ran(0 if set(states) == {"active"} else 3, "".join(f"{state}\n" for state in states))
        if verb == "show":
            return Ran(0, f"{self.state}\n")
        if verb in ("start", "stop"):
            self.events.append(verb)
            if verb == "stop":
                if self.busy == "BUSY":
                    raise AssertionError("a recording was cut")
                self.state = "inactive"
            elif self.state != "active":
                self._start()
        elif verb != "reset-failed":
            raise AssertionError(f"nobody expects {words}")
        return Ran(0)

    def pgrep(self, _words: tuple[str, ...]) -> Ran:
        return Ran(0 if self.busy == "BUSY" else 1)

    def _end(self, how: str) -> None:
        """Exit code 255 after a graceful shutdown, after which systemd does not start it again."""
        self.pending = None
        self.state = "failed"
        if how != GRACEFUL:
            self._start()

    def _start(self) -> None:
        run = self._paths.recorder_run
        if self._paths.recorder_serving.exists() and not any((run / one).exists() for one in ("disk-low", "updating")):
            self.state, self.busy, self.healthy, self.answers = "active", "IDLE", True, True
            self.events.append("runs")
            settings = self._paths.recorder_settings
            if settings.exists():
                self._paths.recorder_running_settings.write_text(settings.read_text())
