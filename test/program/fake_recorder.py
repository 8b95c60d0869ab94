"""The host of a recorder: its disk, jibri, packages and target."""

import json
import os
from pathlib import Path
from typing import Any

from jitsi_hetzner.cli import Program
from jitsi_hetzner.commands import Ran
from jitsi_hetzner.host import Host
from jitsi_hetzner.messages import Messages
from jitsi_hetzner.places import Paths, Ports
from jitsi_hetzner.waits import Waits

from .build import installed_program, temporary
from .fake_clock import FakeClock
from .fake_cluster import Outcome
from .fake_host import FakeCommands, FakeLocks, OneAfterTheOther
from .fake_jibri import FakeJibri
from .fake_rclone import FakeRclone

SECRET = "Secret0123456789abcdefghijklmnop"
S3: dict[str, Any] = {
    "endpoint": "https://s3.example.test",
    "bucket": "bucket",
    "path": "recordings/",
    "accessKey": "key",
    "secretKey": SECRET,
}
SFTP: dict[str, Any] = {
    "host": "sftp.example.test",
    "port": 23,
    "user": "user",
    "path": "/recordings",
    "hostKey": "ecdsa-sha2-nistp256 AAAA",
    "password": SECRET,
}
RECORDING = b"the recording"


class FakeRecorder:
    """Close it at the end."""

    def __init__(self, recordings: str = "s3", **target: Any) -> None:
        self._folder = temporary()
        root = Path(self._folder.name)
        self.root = root
        self.paths = Paths(
            state=root / "lib", locks=root / "lock", run=root / "run", recorder=root / "recorder.json",
            recordings=root / "recordings", jicofo_settings=root / "none", units=root / "units",
        )  # fmt: skip
        for name in ("current", "finished"):
            (self.paths.recordings / name).mkdir(parents=True)
        self.clock = FakeClock()
        self.jibri = FakeJibri(self.paths)
        self.rclone = FakeRclone(root / "target")
        self.target = {"s3": S3, "sftp": SFTP, "local": {}}[recordings] | target
        self.settings: dict[str, Any] = {
            "name": "jibri-0", "nickname": "jibri-1014", "jitsiVersion": "2.0.1", "recordings": recordings,
            "retentionDays": 0, "target": self.target,
        }  # fmt: skip
        self.candidate = "130-1"
        self.jibri.packages["chromium"] = "130-1"
        # What the installer prints where it fails.
        self.install_error: str | None = None
        self.commands = FakeCommands()
        answers = self.commands.answers
        answers[("systemctl",)] = self.jibri.systemctl
        answers[("systemctl", "is-system-running")] = Ran(0, "running\n")
        answers[("pgrep",)] = self.jibri.pgrep
        answers[("dpkg-query",)] = lambda words: Ran(0, self.jibri.packages["jibri"])
        answers[("apt-cache", "policy", "chromium")] = lambda words: Ran(
            0, f"chromium:\n  Installed: {self.jibri.packages['chromium']}\n  Candidate: {self.candidate}\n"
        )
        answers[("/usr/local/sbin/jitsi-hetzner-install", "newest")] = self._install
        answers[("rclone",)] = self.rclone.run
        self.write_settings("of the first step")
        (self.paths.state / "jibri-for").write_text("2.0.1\n")

    def close(self) -> None:
        self._folder.cleanup()

    def write_settings(self, settings_hash: str, **changes: Any) -> None:
        """As jibri/files does."""
        self.settings |= changes
        self.paths.recorder.write_text(json.dumps({"version": 1, **self.settings}))
        self.paths.state.mkdir(exist_ok=True)
        self.paths.recorder_settings.write_text(f"{settings_hash}\n")

    def has_finished(self, name: str = "2026-11-30-020000_abcdefgh", content: bytes = RECORDING) -> Path:
        """A recording that was handed over."""
        folder = self.paths.recordings / "finished" / name
        folder.mkdir()
        (folder / "room.mp4").write_bytes(content)
        (folder / "metadata.json").write_text('{"meeting_url":"https://meet.example.org/room"}')
        return folder

    def at_target(self) -> dict[str, bytes]:
        """The files there, by their paths."""
        files = [path for path in self.rclone.folder.rglob("*") if path.is_file()]
        return {str(path.relative_to(self.rclone.folder)): path.read_bytes() for path in files}

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run("recorder", "status").printed)
        return found

    def keep(self) -> str:
        """The messages."""
        outcome = self.run("recorder", "keep")
        if outcome.code != 0:
            raise AssertionError(outcome.text)
        return outcome.text

    def pass_hour(self) -> None:
        self.clock._now += 3601

    def age(self, folder: Path, seconds: float) -> None:
        """Its files were not changed for so long."""
        for path in [*folder.rglob("*"), folder]:
            os.utime(path, (path.stat().st_atime, path.stat().st_mtime - seconds))

    def run(self, *words: str) -> Outcome:
        messages: list[str] = []
        printed: list[str] = []

        def host_of(name: str) -> Host:
            return Host(
                messages=Messages(name, "jibri-0", 4711, messages.append, printed.append),
                clock=self.clock, http=self.jibri, connects=lambda address, port: False,
                lines=lambda *words: iter(()), wire=None,  # type: ignore[arg-type]
                commands=self.commands, locks=FakeLocks(), parallel=OneAfterTheOther(),
                ignore_operator=lambda: None, paths=self.paths, ports=Ports(), waits=Waits(),
            )  # fmt: skip

        code = Program(installed_program(), host_of, lambda: "").run(words)
        return Outcome(code, "".join(messages), "".join(printed))

    def _install(self, words: tuple[str, ...]) -> Ran:
        if self.jibri.state == "active":
            raise AssertionError("the packages of a running jibri were replaced")
        self.jibri.events.append(f"installs {words[2]}")
        if self.install_error is not None:
            return Ran(1, errors=self.install_error)
        self.jibri.packages[words[2]] = self.candidate if words[2] == "chromium" else "8.0-2"
        return Ran(0)
