"""The settings of a recorder, as jibri/files has written them on its host."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from .decode import Nickname, Number, Text, decode
from .failure import ExitCode, Failure
from .files import read_text

Kind = Annotated[str, Text("local|s3|sftp", "local, s3 or sftp")]
LOCAL, S3, SFTP = "local", "s3", "sftp"


@dataclass(frozen=True)
class TargetSettings:
    """Where recordings go. Which fields are there depends on the kind."""

    # S3: an https URL.
    endpoint: str | None = None
    bucket: str | None = None
    access_key: str | None = None
    secret_key: str | None = None
    # SFTP.
    host: str | None = None
    port: int | None = None
    user: str | None = None
    # One key in each line: `ssh-ed25519 AAAA...`.
    host_key: str | None = None
    password: str | None = None
    private_key: str | None = None
    # Both. Empty for the top.
    path: str | None = None


@dataclass(frozen=True)
class RecorderSettings:
    """One recorder."""

    # In messages: jibri-0.
    name: str
    # In the brewery: jibri-1014.
    nickname: Nickname
    # Of the web host. With another one, the host takes a newer jibri.
    jitsi_version: str
    recordings: Kind
    # Of local recordings. 0: for ever.
    retention_days: Annotated[int, Number(0, 36_500)]
    target: TargetSettings


def read_recorder(path: Path) -> RecorderSettings:
    """Raises Failure where this host is no recorder."""
    text = read_text(path)
    if text is None:
        raise Failure(f"this host is no recorder: {path} is missing", "pulumi up", ExitCode.UNKNOWN)
    try:
        return decode(text, RecorderSettings)
    except Failure as failure:
        problem = failure.problem.replace("the JSON on stdin", str(path))
        raise Failure(problem, "pulumi up", ExitCode.UNKNOWN) from None
