"""Keeps a recorder as it is declared, every 20 seconds. Nothing here ends a recording.

jibri itself decides when it is idle: it is asked to end then, which it does at once or after its recording. So no
recording can begin between a look and an act.
"""

from pathlib import Path

from .files import read_text, remove, write_text
from .host import Host
from .jibri import Busy, Health, Jibri
from .recorder_settings import RecorderSettings
from .recordings import COME_BACK_BYTES, RESERVE_BYTES, Recordings

BROWSER = ("chromium", "chromium-common", "chromium-driver", "chromium-sandbox")
INSTALLER = "/usr/local/sbin/jitsi-hetzner-install"
INSTALL_SECONDS = 900
INSTALL_PAUSE_SECONDS = 3600
# apt's lists are read that often for a newer browser.
BROWSER_SECONDS = 3600
# An idle jibri ends within 2 s, and its program of the browser's check takes up to 5 s when it starts.
END_SECONDS = 20
# jibri answers 10 s after its start, and later on a busy host. One that is silent for longer is dead.
SILENT_SECONDS = 120
# A jibri that comes back without health is not started again more often.
RESTART_SECONDS = 120


class Keeper:
    """Of the recorder on this host."""

    def __init__(self, host: Host, settings: RecorderSettings) -> None:
        self._host = host
        self._settings = settings
        self._jibri = Jibri(host)
        self._recordings = Recordings(host.paths.recordings)
        self._run = host.paths.recorder_run

    def keep(self) -> None:
        """One look, and what follows from it."""
        self._run.mkdir(mode=0o755, parents=True, exist_ok=True)
        health = self._jibri.health()
        self._look_after_disk()
        self._adopt(health)
        if self._wants_service():
            self._stay_in_service(health)
        else:
            self._stay_out_of_service(health)

    def _wants_service(self) -> bool:
        is_low = (self._run / "disk-low").exists()
        return self._host.paths.recorder_serving.exists() and not is_low

    def _look_after_disk(self) -> None:
        low, free = self._run / "disk-low", self._recordings.free_bytes()
        if free < RESERVE_BYTES and not low.exists():
            self._host.info(f"the disk has {free // 1_000_000} MB left: the recorder leaves until there is more")
            write_text(low, "")
        elif free >= COME_BACK_BYTES and low.exists():
            self._host.info("the disk has room again: the recorder comes back")
            remove(low)

    def _adopt(self, health: Health | None) -> None:
        """What a jibri that ended early has left behind."""
        is_recording = health is None and self._jibri.is_active()
        if is_recording or (health is not None and health.busy is Busy.BUSY) or self._jibri.is_capturing():
            return
        for name in self._recordings.adopt(self._host.clock.wall_clock_ns() / 1e9):
            self._host.info(f"{name} was left behind by jibri, and is handed over")

    def _stay_out_of_service(self, health: Health | None) -> None:
        if health is not None:
            self._jibri.leave()
        elif self._jibri.is_active() and self._is_dead():
            self._host.info("jibri does not answer and records nothing: it is stopped")
            self._jibri.kill()
        else:
            self._install_newer()

    def _stay_in_service(self, health: Health | None) -> None:
        if health is None:
            self._bring_back()
            return
        self._answered()
        if self._newer() and health.busy is not Busy.BUSY:
            self._install_while_idle()
            return
        remove(self._run / "updating")
        if self._has_other_settings():
            self._host.info("jibri takes its new settings, after its recording if one runs")
            self._jibri.reload()
        elif (not health.healthy or health.busy is Busy.EXPIRED) and health.busy is not Busy.BUSY:
            self._restart_unhealthy(health)

    def _bring_back(self) -> None:
        """A jibri that does not answer: it was never started, has ended, is starting, or is dead."""
        if not self._jibri.is_active():
            self._answered()
            self._install_newer()
            self._jibri.start()
        elif self._is_dead():
            self._host.info(f"jibri did not answer for {SILENT_SECONDS} s and records nothing: it is started again")
            self._answered()
            self._jibri.kill()
            self._jibri.start()

    def _is_dead(self) -> bool:
        """Silent for long, without a recording."""
        since, now = _number(self._run / "silent-since"), self._uptime()
        if since is None:
            write_text(self._run / "silent-since", str(now))
            return False
        return now - since >= SILENT_SECONDS and not self._jibri.is_capturing()

    def _answered(self) -> None:
        remove(self._run / "silent-since")

    def _restart_unhealthy(self, health: Health) -> None:
        """jibri stays unhealthy until it is started again, and jicofo does not use it."""
        before, now = _number(self._run / "restarted"), self._uptime()
        if before is None or now - before >= RESTART_SECONDS:
            self._host.info(
                f"jibri is {health.busy}, and not healthy ({health.detail or 'no reason'}): it is started again"
            )
            write_text(self._run / "restarted", str(now))
            self._jibri.reload()

    def _has_other_settings(self) -> bool:
        written = read_text(self._host.paths.recorder_settings)
        return written is not None and written != read_text(self._host.paths.recorder_running_settings)

    # -- packages: while jibri does not run, because a running one has its files open

    def _newer(self) -> list[str]:
        """What the installer is asked for: the words after its own name. Empty if nothing is newer."""
        failed = _number(self._run / "install-failed")
        if failed is not None and self._uptime() - failed < INSTALL_PAUSE_SECONDS:
            return []
        if read_text(self._host.paths.jibri_for) != f"{self._settings.jitsi_version}\n":
            return ["newest", "jibri"]
        return ["newest", *BROWSER] if self._has_newer_browser() else []

    def _has_newer_browser(self) -> bool:
        """By apt's lists, which apt-daily.timer reads every day. Asked once an hour."""
        looked, now = _number(self._run / "browser-looked"), self._uptime()
        if looked is not None and now - looked < BROWSER_SECONDS:
            return False
        ran = self._host.commands.run("apt-cache", "policy", BROWSER[0], seconds=60)
        versions = dict(line.strip().split(": ", 1) for line in ran.output.splitlines() if ": " in line)
        installed, candidate = versions.get("Installed"), versions.get("Candidate")
        if installed == candidate:
            write_text(self._run / "browser-looked", str(now))
        return installed is not None and installed != candidate

    def _install_while_idle(self) -> None:
        """The recorder leaves, and comes back with other packages. A recording that has begun meanwhile goes on."""
        write_text(self._run / "updating", "")
        self._jibri.leave()
        if not self._host.wait_for(END_SECONDS, "jibri to end", lambda: not self._jibri.is_active()):
            # It was busy again. It ends after that recording, and this goes on then.
            return
        self._install_newer()
        self._jibri.start()

    def _install_newer(self) -> None:
        """Only while jibri does not run."""
        try:
            while newer := self._newer():
                self._host.info(f"installing {' '.join(newer[1:])}")
                ran = self._host.commands.run(INSTALLER, *newer, seconds=INSTALL_SECONDS)
                if ran.code != 0:
                    # The packages of before stay, and the recorder comes back with them.
                    write_text(self._run / "install-failed", str(self._uptime()))
                    self._host.info(
                        f"the packages stay as they are, until the next attempt in an hour: {_last(ran.errors)}"
                    )
                elif newer[1:] == ["jibri"]:
                    write_text(self._host.paths.jibri_for, f"{self._settings.jitsi_version}\n")
        finally:
            remove(self._run / "updating")

    def _uptime(self) -> int:
        return int(self._host.clock.now())


def _number(path: Path) -> int | None:
    text = (read_text(path) or "").strip()
    return int(text) if text.isdigit() else None


def _last(errors: str) -> str:
    return " ".join(errors.strip().splitlines()[-3:])
