"""What a verb says: messages on stderr, and at most one result on stdout."""

import os
from collections.abc import Callable

from .failure import Failure, NobodyListens

Write = Callable[[str], None]

# A wait that may be longer says how to end it.
LONG_WAIT_SECONDS = 60


class Messages:
    """Messages begin with the verb. They name the host and the process where that helps."""

    def __init__(self, verb: str, hostname: str, pid: int, write: Write, write_result: Write) -> None:
        self.verb = verb
        self.hostname = hostname
        self.pid = pid
        self._write = write
        self._write_result = write_result
        self._is_anybody_needed = True

    def info(self, text: str) -> None:
        """A line of progress. Raises NobodyListens where the session is gone."""
        self.raw(f"{self.verb}: {text}\n")

    def raw(self, text: str) -> None:
        """Text without the verb's name, such as the lines of a log."""
        try:
            self._write(text)
        except OSError:
            if self._is_anybody_needed:
                # Only once: who puts a bridge back afterwards must not be stopped by its own messages.
                self._is_anybody_needed = False
                raise NobodyListens from None

    def result(self, text: str) -> None:
        """The verb's answer, on stdout, where nothing else goes."""
        try:
            self._write_result(f"{text}\n")
        except OSError:
            raise NobodyListens from None

    def need_nobody(self) -> None:
        """From here on, messages that cannot be written are dropped: the verb has something to undo."""
        self._is_anybody_needed = False

    def how_to_end(self, seconds: float) -> str:
        """The beginning of the lines of a wait of at most so many seconds.

        The beginning, because Pulumi cuts lines at the right edge of a terminal.
        """
        if seconds <= LONG_WAIT_SECONDS:
            return ""
        return f"kill {self.pid} on {self.hostname} ends this step; "

    def failure(self, failure: Failure, is_host_stopping: bool) -> None:
        """The last lines of a verb that fails."""
        repair = failure.repair
        if is_host_stopping:
            repair = "the host reboots or goes off in the middle of this; once it is on: pulumi up"
        self.raw(f"{self.verb} failed on {self.hostname}: {failure.problem}\n  What to do: {repair}\n")


def write_to(descriptor: int) -> Write:
    """Writes at once and whole. Python's own streams would fail a second time at the end of the program."""

    def write(text: str) -> None:
        data = text.encode(errors="replace")
        while data:
            data = data[os.write(descriptor, data) :]

    return write
