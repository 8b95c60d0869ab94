"""What only one process on the host may do at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from .failure import Failure
from .host import Host


@contextmanager
def one_at_a_time(host: Host, name: str, seconds: float, others: str, failure: Failure) -> Iterator[None]:
    """Waits for its turn, at most so many seconds. The lock ends with the process.

    others: what is waited for, in the lines of progress. failure: raised when the time is over.
    """
    path = host.paths.locks / f"jitsi-hetzner-{name}"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:

        def take() -> bool:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        if not host.wait_for(seconds, others, take):
            raise failure
        yield
