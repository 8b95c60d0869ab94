"""upload-recordings: brings finished recordings to their target."""

from argparse import ArgumentParser, Namespace

from ..failure import ExitCode, Failure
from ..host import Host
from ..recorder_settings import read_recorder
from ..single_run import single_run
from ..uploader import Uploader
from ..verb import Verb


def by_hand(host: Host, arguments: Namespace) -> int:
    """Also by its timer."""
    settings = read_recorder(host.paths.recorder)
    with single_run(host.paths.locks / "jitsi-hetzner-upload") as is_alone:
        if not is_alone:
            raise Failure("another upload is running", "journalctl -fu jitsi-hetzner-upload", ExitCode.UNKNOWN)
        left = Uploader(host, settings).run(now=arguments.now)
    # Recordings that wait are no failure of the unit: `status` tells of them.
    return ExitCode.NOT_DONE if arguments.now and left else ExitCode.DONE


def configure(parser: ArgumentParser) -> None:
    """The operator's way."""
    parser.add_argument("--now", action="store_true", help="tries all of them, also those whose next attempt is later")


VERB = Verb(
    summary="brings recordings to their target, and removes local ones that are too old",
    description="Its timer calls it every 20 seconds. A recording leaves this host only when the one at the target was "
    "proved to be the same. Attempts go on for as long as it takes, at least once an hour.",
    configure=configure,
    is_by_hand=lambda arguments: True,
    by_hand=by_hand,
)
