"""How an answer goes wrong."""

from enum import Enum


class Fault(Enum):
    """Of a path: whoever asks for it gets it wrong."""

    HANG = "hang"
    RESET = "reset"
    NOT_FOUND = "404"
    ERROR = "500"


# By path, without the query.
Faults = dict[str, Fault]


class Status(Exception):
    """An answer that is no 200."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code
