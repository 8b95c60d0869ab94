"""discard-recordings: removes the recordings that are on this host, so that it may be removed."""

import sys
from argparse import ArgumentParser, Namespace

from ..failure import ExitCode, Failure
from ..host import Host
from ..jibri import Busy, Jibri
from ..recorder_settings import read_recorder
from ..recordings import Recordings, bytes_of
from ..verb import Verb


def by_hand(host: Host, arguments: Namespace) -> int:
    """Asks, unless it is told not to."""
    settings = read_recorder(host.paths.recorder)
    recordings = Recordings(host.paths.recordings)
    folders = recordings.finished()
    if not folders:
        host.info("no recording is on this host")
        return ExitCode.DONE
    health = Jibri(host).health()
    if health is not None and health.busy is Busy.BUSY:
        host.info("a recording is running; it is not removed")
    for folder in folders:
        host.messages.raw(f"{folder}: {bytes_of(folder)} bytes\n")
    if not arguments.yes and _answer(settings.name) != settings.name:
        raise Failure("nothing was removed", "copy the recordings, or repeat the command")
    for folder in folders:
        recordings.remove(folder)
    host.info(f"recordings that were removed for good: {len(folders)}")
    return ExitCode.DONE


def _answer(name: str) -> str:
    if not sys.stdin.isatty():
        raise Failure("stdin is no terminal, so nobody can be asked", "jitsi-hetzner discard-recordings --yes")
    return input(f"These recordings are lost for good. To remove them, type {name}: ").strip()


def configure(parser: ArgumentParser) -> None:
    """For scripts."""
    parser.add_argument("--yes", action="store_true", help="does not ask")


VERB = Verb(
    summary="removes all recordings that are on this host, for good",
    description="Asks first. A recording that runs is not removed.",
    configure=configure,
    is_by_hand=lambda arguments: True,
    by_hand=by_hand,
)
