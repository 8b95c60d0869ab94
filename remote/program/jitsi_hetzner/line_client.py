"""Requests of one line over TCP, whose answers are lines that come as they are made."""

import socket
import time
from collections.abc import Iterator
from typing import Protocol

from .http_client import DEFAULT_SECONDS, HttpError

# A host that is gone does not close its connections: found out after half a minute.
KEEP_ALIVE = ((socket.TCP_KEEPIDLE, 10), (socket.TCP_KEEPINTVL, 5), (socket.TCP_KEEPCNT, 4))
LONGEST_LINE = 64 * 1024


class Lines(Protocol):
    """The host's connections of this kind."""

    def __call__(self, address: str, port: int, request: str, seconds: float) -> Iterator[str]:
        """The lines of the answer, without their ends. Takes at most `seconds` in all.

        Raises HttpError where the port cannot be reached, where the connection breaks, and where the time is over.
        """


def ask_for_lines(address: str, port: int, request: str, seconds: float) -> Iterator[str]:
    """See Lines."""
    deadline = time.monotonic() + seconds
    try:
        with socket.create_connection((address, port), min(seconds, DEFAULT_SECONDS)) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for option, value in KEEP_ALIVE:
                connection.setsockopt(socket.IPPROTO_TCP, option, value)
            connection.sendall(f"{request}\n".encode())
            rest = b""
            while True:
                connection.settimeout(max(deadline - time.monotonic(), 0.001))
                part = connection.recv(65536)
                if not part:
                    return
                *lines, rest = (rest + part).split(b"\n")
                for line in lines:
                    yield line.decode(errors="replace")
                if len(rest) > LONGEST_LINE:
                    raise HttpError("the answer has no lines")
    except TimeoutError as problem:
        # A connection that is kept alive ends with this error too, with a number.
        reason = "the connection broke" if problem.errno else f"timed out after {seconds:g} s"
        raise HttpError(reason) from None
    except OSError as problem:
        raise HttpError((problem.strerror or str(problem)).lower()) from None
