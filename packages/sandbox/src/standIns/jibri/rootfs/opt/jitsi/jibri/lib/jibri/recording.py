"""A recording: the browser joins the meeting, ffmpeg writes the file, the finalize script gets it."""

import asyncio
import json
import logging
import os
import re
import signal
import time
from typing import Any, Callable, Optional

from .browser import Browser, BrowserError
from .manager import State
from .settings import Settings

log = logging.getLogger("FileRecordingJibriService")

MAX_NAME = 125
CHECK_SECONDS = 15.0
STOP_SECONDS = 10.0


class Recording:
    """With `stream`, a live stream: no file, no metadata, no finalize script."""

    def __init__(self, settings: Settings, browser: Browser, session: str, url: str,
                 participants: Callable[[], Any], stream: Optional[str] = None) -> None:
        self.settings = settings
        self.browser = browser
        self.url = url
        self.stream = stream
        self.participants = participants
        self.report: Callable[[State], None] = lambda state: None
        folder = re.sub(r"[^a-zA-Z0-9_-]", "_", session)
        self.folder = os.path.join(settings.recordings, folder)
        name = url.rpartition("/")[2]
        suffix = f"_{time.strftime('%Y-%m-%d-%H-%M-%S')}.{settings.extension}"
        self.file = os.path.join(self.folder, name[:MAX_NAME - len(suffix)] + suffix)
        self._ffmpeg: Optional[asyncio.subprocess.Process] = None
        self._tasks: list["asyncio.Task[None]"] = []
        self._over = False
        log.info("Writing recording to %s, finalize script path %s", self.folder, settings.finalize)

    async def start(self) -> None:
        if not self.stream and not self._make_folder():
            return
        try:
            await self.browser.join(self.url)
        except BrowserError as problem:
            log.error("An error occurred while joining the call: %s", problem)
            self._end(State("error", "FailedToJoinCall"))
            return
        if self._over:
            return
        log.info("Selenium joined the call, starting the capturer")
        await self._capture()

    def _make_folder(self) -> bool:
        """Both failures are errors of the system: the recorder is unhealthy from then on."""
        try:
            os.makedirs(self.folder, exist_ok=True)
        except OSError as problem:
            log.error("Error creating directory: %s", problem)
            self._end(State("error", "ErrorCreatingRecordingsDirectory", system=True))
            return False
        if not os.access(self.folder, os.W_OK):
            log.error("Unable to write to %s", self.settings.recordings)
            self._end(State("error", "RecordingsDirectoryNotWritable", system=True))
            return False
        return True

    async def _capture(self) -> None:
        command = [*self.settings.ffmpeg, self.stream or self.file]
        log.info("Starting ffmpeg with: %s", " ".join(command[:-1]))
        try:
            self._ffmpeg = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE)
        except OSError as problem:
            log.error("Error starting ffmpeg: %s", problem)
            self._end(State("error", "FfmpegFailedToStart", system=True))
            return
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._watch_ffmpeg()), loop.create_task(self._watch_call())]

    async def _watch_ffmpeg(self) -> None:
        """It runs with its first line about a frame. Its end is an error of this session."""
        assert self._ffmpeg is not None and self._ffmpeg.stderr is not None
        running, last = False, ""
        async for line in self._ffmpeg.stderr:
            last = line.decode(errors="replace").strip()
            if last.startswith("frame=") and not running:
                running = True
                self.report(State("running"))
        if not self._over:
            log.info("Ffmpeg quit abruptly.  Last output line: %s", last)
            self._end(State("error", f"QuitUnexpectedly {last}"))

    async def _watch_call(self) -> None:
        """Every 15 s: whether the browser lives, and whether somebody is in the meeting."""
        empty_since: Optional[float] = None
        now = asyncio.get_running_loop().time
        while not self._over:
            await asyncio.sleep(CHECK_SECONDS)
            if not self.browser.alive:
                log.error("Can't reach browser")
                self._end(State("error", "ChromeHung"))
                return
            there = await self.participants()
            # Without an answer nothing is known.
            empty_since = None if there != 0 else empty_since or now()
            if empty_since is not None and now() - empty_since > self.settings.empty_seconds:
                log.info("Call has been empty. Returning CallEmpty event")
                self._end(State("finished"))
                return

    def _end(self, state: State) -> None:
        if not self._over:
            self._over = True
            self.report(state)

    async def stop(self) -> None:
        self._over = True
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()
        await self._stop_ffmpeg()
        if not self.stream:
            if not os.path.exists(self.file):
                log.info("No media was recorded, deleting directory and skipping metadata file & "
                         "finalize")
                self._delete_folder()
                await self.browser.quit()
                return
            self._write_metadata()
        await self.browser.quit()
        if not self.stream:
            await self._finalize()

    async def _stop_ffmpeg(self) -> None:
        process = self._ffmpeg
        if process is None or process.returncode is not None:
            return
        log.info("Stopping ffmpeg process")
        for number in (signal.SIGINT, signal.SIGKILL):
            process.send_signal(number)
            try:
                await asyncio.wait_for(process.wait(), STOP_SECONDS)
                break
            except asyncio.TimeoutError:
                log.error("Error trying to gracefully stop ffmpeg, destroying forcibly")
        log.info("ffmpeg exited with value %s", process.returncode)

    def _delete_folder(self) -> None:
        try:
            os.rmdir(self.folder)
        except OSError as problem:
            log.error("Problem deleting session recording directory: %s", problem)

    def _write_metadata(self) -> None:
        try:
            with open(os.path.join(self.folder, "metadata.json"), "w", encoding="utf8") as file:
                json.dump({"meeting_url": self.url, "participants": []}, file)
        except OSError as problem:
            log.error("Error writing metadata: %s", problem)

    async def _finalize(self) -> None:
        """Its exit code changes nothing, however long it takes."""
        log.info("Finalizing the jibri service operation using command [%s, %s]",
                 self.settings.finalize, self.folder)
        try:
            process = await asyncio.create_subprocess_exec(
                self.settings.finalize, self.folder, stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
        except OSError as problem:
            log.error("Failed to run finalize script: %s", problem)
            return
        said, _ = await process.communicate()
        for line in said.decode(errors="replace").splitlines():
            log.info("%s", line)
        log.info("Finalize script finished with exit value %s", process.returncode)
