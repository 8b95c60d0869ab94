"""Verbs that an operator calls on the web host, for a recorder by its name."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from .by_hand import find_entry
from .failure import ExitCode
from .host import Host
from .recorder import Recorder
from .recorder_registry import RecorderRegistry


def recorder_argument(parser: ArgumentParser) -> None:
    """Optional: without it the verb takes its JSON from stdin."""
    parser.add_argument(
        "recorder", metavar="RECORDER", nargs="?", help="by hand: its name or its nickname, such as jibri-1"
    )


def has_recorder(arguments: Namespace) -> bool:
    """Whether it is called by hand."""
    return arguments.recorder is not None


def for_known_recorder(run: Callable[[Host, Recorder], None]) -> Callable[[Host, Namespace], int]:
    """A verb by hand, for the recorder that was named."""

    def by_hand(host: Host, arguments: Namespace) -> int:
        found = find_entry(RecorderRegistry(host.paths), arguments.recorder, "recorder").bridge
        run(host, Recorder(found.name, found.nickname, found.address))
        return ExitCode.DONE

    return by_hand
