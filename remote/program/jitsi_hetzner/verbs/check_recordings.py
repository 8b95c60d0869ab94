"""check-recordings: whether the target takes recordings, by writing, reading back and deleting a small file."""

import os
from argparse import ArgumentParser, Namespace
from pathlib import Path

from ..failure import ExitCode, Failure
from ..host import Host
from ..rclone import TargetFailure, open_target
from ..recorder_settings import LOCAL, RecorderSettings, read_recorder
from ..verb import Verb

PAUSE_SECONDS = 3


def check(host: Host, settings: RecorderSettings) -> None:
    """Raises Failure with the key that is wrong, and what to do."""
    if settings.recordings == LOCAL:
        return
    try:
        _try(host, settings)
    except TargetFailure:
        # Once more, because a connection can break.
        host.clock.sleep(PAUSE_SECONDS)
        try:
            _try(host, settings)
        except TargetFailure as failure:
            raise Failure(failure.problem.problem, failure.problem.repair) from None
    host.info("the target takes recordings: a file was written, read back and deleted")


def _try(host: Host, settings: RecorderSettings) -> None:
    name = f"jitsi-hetzner-check-{settings.nickname}-{os.urandom(4).hex()}"
    host.paths.run.mkdir(parents=True, exist_ok=True)
    file = host.paths.run / name
    content = f"{settings.name} can write here.\n"
    file.write_text(content)
    try:
        with open_target(host, settings) as target:
            # Uploads look for names that are taken, which an account can lack the right for.
            target.exists(f"{name}.folder")
            target.write(file, name)
            found = target.read(name)
            target.delete(name)
    finally:
        file.unlink()
    if found != content:
        raise Failure(f"the target gave another content back for {name} than was written", "pulumi up")


def by_hand(host: Host, arguments: Namespace) -> int:
    """Also by jibri/files, with the settings that are to come."""
    check(host, read_recorder(arguments.file or host.paths.recorder))
    return ExitCode.DONE


def configure(parser: ArgumentParser) -> None:
    """Other settings than those of this host."""
    parser.add_argument("file", type=Path, nargs="?", help="the settings; by default those of this host")


VERB = Verb(
    summary="writes, reads back and deletes a file at the target of recordings",
    description="Exit codes: 0 the target takes recordings, 1 it does not, 2 nobody can tell.",
    configure=configure,
    is_by_hand=lambda arguments: True,
    by_hand=by_hand,
)
