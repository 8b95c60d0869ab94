"""The target of recordings, by rclone. Its settings are in a file of root's in memory (/run), and gone afterwards."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .commands import Ran
from .files import write_secret
from .host import Host
from .recorder_settings import S3, RecorderSettings
from .target_problems import TargetProblem, explain

# An upload in parts has an ETag that is no MD5 of the whole, and the MD5 that rclone shows for it is its own note.
PARTS_FROM_BYTES = 200 * 1024 * 1024
# --ignore-checksum: a copy to an SFTP server without a shell would end with "corrupted on transfer". `has` compares.
OPTIONS = (
    "--retries", "1", "--low-level-retries", "3", "--contimeout", "15s", "--timeout", "2m", "--stats", "0",
    "--log-level", "ERROR", "--ask-password=false", "--ignore-checksum", "--s3-upload-cutoff", f"{PARTS_FROM_BYTES}B",
    "--s3-chunk-size", "16M",
)  # fmt: skip
# rclone's code for a folder that is not there.
NO_FOLDER = 3
SHORT_SECONDS = 90
# For a transfer: bytes in each second, less than which no target of recordings has.
SLOWEST = 100_000
MD5_DIGITS = 32


class TargetFailure(Exception):
    """The target did not do what it was asked for."""

    def __init__(self, problem: TargetProblem) -> None:
        super().__init__(problem.problem)
        self.problem = problem


class Target:
    """Paths are below the place that the settings name."""

    def __init__(self, host: Host, settings: RecorderSettings, config: Path) -> None:
        self._host = host
        self._settings = settings
        self._config = config

    @property
    def is_s3(self) -> bool:
        """There a file appears when it is whole. At others it grows before the eyes of readers."""
        return self._settings.recordings == S3

    def exists(self, path: str) -> bool:
        """Whether there is such a folder, with something in it."""
        ran = self._run("lsf", "--max-depth", "1", self._at(path), seconds=SHORT_SECONDS)
        if ran.code == NO_FOLDER:
            return False
        return bool(self._expect(ran).output.strip())

    def copy(self, folder: Path, path: str, size: int) -> None:
        """What is there with the right size is not copied again. `has` tells whether it is right."""
        # By size alone, because not all servers let clients set times.
        self._expect(self._run("copy", "--size-only", str(folder), self._at(path), seconds=_seconds(size)))

    def has(self, file: Path, path: str) -> bool:
        """Whether the file at the target has the same content, by its MD5.

        The target's own MD5 counts only if it is of the stored content: of a command on the server (SFTP), or of an
        upload in one piece (S3). In all other cases the file is read back.
        """
        wanted, size = md5_of(file), file.stat().st_size
        if not (self.is_s3 and size >= PARTS_FROM_BYTES) and self._md5(path, size) == wanted:
            return True
        return self._md5(path, size, "--download") == wanted

    def move(self, path: str, to: str) -> None:
        """A folder, on the target itself."""
        self._expect(self._run("move", self._at(path), self._at(to), seconds=SHORT_SECONDS * 4))

    def delete(self, path: str) -> None:
        """A file."""
        self._expect(self._run("deletefile", self._at(path), seconds=SHORT_SECONDS))

    def delete_folder(self, path: str) -> None:
        """With all that is in it. Nothing happens if it is not there."""
        ran = self._run("purge", self._at(path), seconds=SHORT_SECONDS * 4)
        if ran.code != NO_FOLDER:
            self._expect(ran)

    def write(self, file: Path, path: str) -> None:
        """One small file."""
        self._expect(self._run("copyto", str(file), self._at(path), seconds=SHORT_SECONDS))

    def read(self, path: str) -> str:
        """A small file."""
        return self._expect(self._run("cat", self._at(path), seconds=SHORT_SECONDS)).output

    def _md5(self, path: str, size: int, *options: str) -> str | None:
        """None where the target has none. With --download it is an error where the file cannot be read."""
        ran = self._run("hashsum", "MD5", *options, self._at(path), seconds=_seconds(size))
        digits = (self._expect(ran) if options else ran).output.split(" ", 1)[0].strip().lower()
        return digits if len(digits) == MD5_DIGITS else None

    def _at(self, path: str) -> str:
        target = self._settings.target
        top = (target.path or "").rstrip("/")
        if self.is_s3:
            top = "/".join(part for part in (target.bucket or "", top.strip("/")) if part)
        return f"target:{top}/{path}" if top else f"target:{path}"

    def _run(self, *words: str, seconds: float) -> Ran:
        return self._host.commands.run("rclone", *words, "--config", str(self._config), *OPTIONS, seconds=seconds)

    def _expect(self, ran: Ran) -> Ran:
        if ran.code != 0:
            raise TargetFailure(explain(self._settings, ran.errors))
        return ran


@contextmanager
def open_target(host: Host, settings: RecorderSettings) -> Iterator[Target]:
    """The target, while its settings are in a file."""
    host.paths.run.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="jitsi-hetzner-rclone-", dir=host.paths.run) as name:
        folder = Path(name)
        config = folder / "rclone.conf"
        lines = _s3_lines(settings) if settings.recordings == S3 else _sftp_lines(host, settings, folder)
        text = "".join(f"{key} = {value}\n" for key, value in lines if value)
        write_secret(config, f"[target]\n{text}")
        yield Target(host, settings, config)


def _s3_lines(settings: RecorderSettings) -> list[tuple[str, str | None]]:
    target = settings.target
    return [
        ("type", "s3"),
        ("provider", "Other"),
        ("endpoint", target.endpoint),
        ("access_key_id", target.access_key),
        ("secret_access_key", target.secret_key),
        # A missing bucket is an error of the settings: rclone would create it.
        ("no_check_bucket", "true"),
    ]


def _sftp_lines(host: Host, settings: RecorderSettings, folder: Path) -> list[tuple[str, str | None]]:
    target = settings.target
    port = target.port or 22
    keys = [line.strip() for line in (target.host_key or "").splitlines() if line.strip()]
    # As OpenSSH writes the name of a host with a port.
    name = target.host if port == 22 else f"[{target.host}]:{port}"
    write_secret(folder / "known_hosts", "".join(f"{name} {key}\n" for key in keys))
    lines = [
        ("type", "sftp"),
        ("host", target.host),
        ("port", str(port)),
        ("user", target.user),
        ("known_hosts_file", str(folder / "known_hosts")),
        # rclone would try these out and write what it found into its settings.
        ("shell_type", "unix"),
        ("md5sum_command", "md5sum"),
        ("sha1sum_command", "sha1sum"),
        ("set_modtime", "false"),
    ]
    if target.private_key is not None:
        write_secret(folder / "key", target.private_key.rstrip("\n") + "\n")
        return [*lines, ("key_file", str(folder / "key"))]
    ran = host.commands.run("rclone", "obscure", "-", seconds=SHORT_SECONDS, stdin=target.password or "")
    if ran.code != 0:
        raise TargetFailure(explain(settings, ran.errors))
    return [*lines, ("pass", ran.output.strip())]


def md5_of(file: Path) -> str:
    """Of the whole file."""
    # Takes 4 MB, which only uploads need.
    import hashlib

    with file.open("rb") as opened:
        return hashlib.file_digest(opened, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _seconds(size: int) -> float:
    return 600 + size / SLOWEST
