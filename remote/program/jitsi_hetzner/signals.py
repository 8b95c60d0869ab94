"""What signals mean for a verb.

SIGTERM and SIGINT: the operator ends it. It gives up: the bridge goes back to where it was.
SIGHUP: a later step takes the bridge over. It ends at once and leaves the bridge as it is.
SIGHUP from a terminal that is closed: as SIGTERM, for no step follows.
A session without a terminal that is gone sends no signal: the next message fails (NobodyListens).
"""

import os
import select
import signal
import stat
from types import FrameType

from .failure import EndedBySignal, ExitCode

STDERR = 2


def install() -> None:
    """For this process and those that it forks."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _give_up)
    signal.signal(signal.SIGHUP, _leave_to_next_step)


def ignore_operator() -> None:
    """From here on: what puts a bridge back is bounded, and must not be stopped half way."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)


def _give_up(_number: int, _frame: FrameType | None) -> None:
    ignore_operator()
    raise EndedBySignal


def _leave_to_next_step(number: int, frame: FrameType | None) -> None:
    if _is_terminal_closed():
        _give_up(number, frame)
    # At once: whatever would run on the way out is no longer this step's to do.
    os._exit(ExitCode.TAKEN_OVER)


def _is_terminal_closed() -> bool:
    """Only where stderr was a terminal: a pipe whose reader is gone looks alike."""
    try:
        if not stat.S_ISCHR(os.fstat(STDERR).st_mode):
            return False
    except OSError:
        return False
    poll = select.poll()
    poll.register(STDERR, select.POLLOUT)
    return any(events & (select.POLLHUP | select.POLLERR) for _, events in poll.poll(0))
