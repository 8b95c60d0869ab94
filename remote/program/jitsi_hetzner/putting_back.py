"""What happens to a bridge or a recorder where a step gives up."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .host import Host


@contextmanager
def otherwise(host: Host, undo: Callable[[], None]) -> Iterator[None]:
    """However this ends, short of success: what stays must be in service.

    Not where a later step has taken it over, which ends this process at once: it is that step's.
    """
    try:
        yield
    except BaseException:
        host.ignore_operator()
        host.messages.need_nobody()
        undo()
        raise
