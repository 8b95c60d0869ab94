"""jicofo: whether jicofo works, and what is missing where it does not. Changes nothing."""

from argparse import Namespace

from ..failure import ExitCode
from ..host import Host
from ..jicofo import Jicofo
from ..verb import Verb


def by_hand(host: Host, _arguments: Namespace) -> int:
    """Prints what is missing; nothing where nothing is."""
    problem = Jicofo(host).problem()
    if problem is None:
        return ExitCode.DONE
    host.messages.result(problem)
    return ExitCode.NOT_DONE


VERB = Verb(
    summary="says whether jicofo works",
    description="Exit codes: 0 it works, 1 it does not, and what is missing is printed: prosody, jicofo or its login.",
    is_by_hand=lambda arguments: True,
    by_hand=by_hand,
)
