"""The target by the real rclone, with a real SFTP server on this machine."""

import socket
import subprocess
import time
from functools import cache
from pathlib import Path
from typing import Any

from jitsi_hetzner.commands import SystemCommands

from .build import temporary
from .case import Case
from .fake_recorder import RECORDING, SECRET, FakeRecorder

NAME = "2026-11-30-020000_abcdefgh"
KINDS = ("rsa", "ecdsa", "ed25519")
_keys = temporary()


@cache
def key(kind: str, number: int) -> Path:
    """The file of a private key. The public half is beside it."""
    path = Path(_keys.name) / f"{kind}-{number}"
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", path], check=True)
    return path


def public_half(kind: str, number: int) -> str:
    """Type and key."""
    return " ".join(Path(f"{key(kind, number)}.pub").read_text().split()[:2])


class Server:
    """`rclone serve sftp`. It has host keys of the types rsa, ecdsa and ed25519, and a checksum command."""

    def __init__(self, *options: str) -> None:
        self._folder = temporary()
        root = Path(self._folder.name)
        self.data = root / "data"
        self.data.mkdir()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.keys = {kind: public_half(kind, 1) for kind in KINDS}
        keys = [word for kind in KINDS for word in ("--key", str(key(kind, 1)))]
        self.login = key("ed25519", 9).read_text()
        self._words = [
            "rclone", "serve", "sftp", str(self.data), "--addr", f"127.0.0.1:{self.port}", "--user", "user", "--pass",
            SECRET, "--authorized-keys", f"{key('ed25519', 9)}.pub", "--config", str(root / "none"), *keys, *options,
        ]  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(self._words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("rclone does not serve")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None

    def close(self) -> None:
        self.stop()
        self._folder.cleanup()


class RealRclone(Case):
    def serve(self, *options: str, **target: Any) -> None:
        self.server = Server(*options)
        self.addCleanup(self.server.close)
        at = {"host": "127.0.0.1", "port": self.server.port, "path": "recordings", "hostKey": self.server.keys["ecdsa"]}
        self.recorder = FakeRecorder("sftp", **{**at, **target})
        self.addCleanup(self.recorder.close)
        system = SystemCommands()
        self.recorder.commands.answers[("rclone",)] = lambda words: system.run(*words, seconds=60)
        # The one command that takes stdin.
        obscured = system.run("rclone", "obscure", "-", seconds=60, stdin=target.get("password", SECRET))
        self.recorder.commands.answers[("rclone", "obscure")] = obscured

    def check(self) -> str:
        """The message of a check that fails."""
        outcome = self.recorder.run("check-recordings")
        self.assertEqual(outcome.code, 1, outcome.text)
        return outcome.text

    def at_server(self) -> dict[str, bytes]:
        files = [path for path in self.server.data.rglob("*") if path.is_file()]
        return {str(path.relative_to(self.server.data)): path.read_bytes() for path in files}

    def local(self) -> list[str]:
        return [path.name for path in (self.recorder.paths.recordings / "finished").iterdir()]

    def test_a_target_that_works_is_left_as_it_was(self) -> None:
        self.serve()
        outcome = self.recorder.run("check-recordings")
        self.assertEqual((outcome.code, self.at_server()), (0, {}), outcome.text)

    def test_a_login_by_key_works(self) -> None:
        self.serve(password=None)
        self.recorder.write_settings("x", target={**self.recorder.target, "privateKey": self.server.login})
        outcome = self.recorder.run("check-recordings")
        self.assertEqual(outcome.code, 0, outcome.text)

    def test_a_recording_arrives_whole(self) -> None:
        self.serve()
        content = RECORDING * 300_000
        self.recorder.has_finished(content=content)
        text = self.recorder.run("upload-recordings").text
        self.assertEqual(self.local(), [], text)
        self.assertEqual(self.at_server()[f"recordings/{NAME}/room.mp4"], content)
        self.assertEqual(len(self.at_server()), 2)

    def test_a_server_that_was_down_gets_it_later(self) -> None:
        self.serve()
        self.recorder.has_finished()
        self.server.stop()
        self.assertIn("does not answer: ", self.recorder.run("upload-recordings").text)
        self.assertEqual(self.local(), [NAME])
        self.server.start()
        self.recorder.run("upload-recordings", "--now")
        self.assertEqual((self.local(), len(self.at_server())), ([], 2))

    def test_a_damaged_file_of_the_right_size_is_found_and_replaced(self) -> None:
        self.serve()
        self.recorder.has_finished()
        self.recorder.commands.answers[("rclone", "hashsum")] = lambda words: self._damage_and_hash(words)
        self.assertIn("had another content", self.recorder.run("upload-recordings").text)
        del self.recorder.commands.answers[("rclone", "hashsum")]
        self.recorder.run("upload-recordings", "--now")
        self.assertEqual((self.local(), self.at_server()[f"recordings/{NAME}/room.mp4"]), ([], RECORDING))

    def _damage_and_hash(self, words: tuple[str, ...]) -> Any:
        for path in self.server.data.rglob("room.mp4"):
            path.write_bytes(b"x" * len(RECORDING))
        return SystemCommands().run(*words, seconds=60)

    def test_a_recording_of_another_recorder_is_not_replaced(self) -> None:
        self.serve()
        other = self.server.data / "recordings" / NAME / "room.mp4"
        other.parent.mkdir(parents=True)
        other.write_bytes(b"another")
        self.recorder.has_finished()
        self.recorder.run("upload-recordings")
        self.assertEqual((self.local(), other.read_bytes()), ([], b"another"))
        self.assertEqual(self.at_server()[f"recordings/{NAME}+2/room.mp4"], RECORDING)

    def test_a_wrong_password(self) -> None:
        self.serve(password="wrong")
        self.assertIn(f"127.0.0.1:{self.server.port} refuses the login of user (recordingsSftpUser", self.check())

    def test_another_host_key(self) -> None:
        self.serve()
        other = public_half("ecdsa", 2)
        self.recorder.write_settings("x", target={**self.recorder.target, "hostKey": other})
        text = self.check()
        self.assertIn("has another host key than recordingsSftpHostKey", text)
        self.assertIn(f"ssh-keyscan -t ecdsa -p {self.server.port} 127.0.0.1", text)

    def test_several_host_keys_of_which_one_fits(self) -> None:
        self.serve()
        keys = "\n".join(self.server.keys.values())
        self.recorder.write_settings("x", target={**self.recorder.target, "hostKey": keys})
        self.assertEqual(self.recorder.run("check-recordings").code, 0)

    def test_a_text_that_is_no_host_key(self) -> None:
        self.serve(hostKey="SHA256:abc")
        self.assertIn("recordingsSftpHostKey is no host key", self.check())

    def test_a_text_that_is_no_private_key(self) -> None:
        self.serve(password=None, privateKey="no key")
        self.assertIn("recordingsSftpPrivateKey is no private key", self.check())

    def test_a_path_where_the_account_cannot_write(self) -> None:
        self.serve("--read-only")
        self.assertIn("user cannot write at recordings on 127.0.0.1", self.check())

    def test_a_port_where_nobody_answers(self) -> None:
        self.serve()
        self.server.stop()
        self.assertIn("(recordingsSftpHost, recordingsSftpPort) does not answer", self.check())

    def test_a_name_that_does_not_exist(self) -> None:
        self.serve(host="nowhere.invalid")
        self.assertIn("the name in nowhere.invalid", self.check())
