"""One step at a time on each bridge, with take-over of an interrupted one.

A lock is a file that its holder has open as descriptor 9, with `PROCESS PURPOSE` in it. The shell steps before this
program use the same locks, so the descriptor is part of the format.
"""

import fcntl
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol

from .bridge import Bridge
from .clock import Clock
from .failure import Failure
from .messages import Messages
from .places import Paths

DESCRIPTOR = 9
# Of the rolling restart, which has the lock of one bridge after the other beside it.
RESTART_DESCRIPTOR = 8
ATTEMPTS = 60
# One attempt: a second, in short looks.
LOOKS = 10


class Purpose(Enum):
    """What a step does with the bridge that it has locked."""

    SERVING = "serving"
    DRAINED = "drained"
    LEAVING = "leaving"
    OUT = "out"
    IN = "in"
    # The verb policy puts a declared bridge right.
    RESTORE = "restore"


class Locks(Protocol):
    """The locks of the bridges, and that of the rolling restart."""

    def take_over(self, bridge: Bridge, purpose: Purpose, own: Purpose | None = None) -> bool:
        """From here on this step alone works on the bridge, until it ends or takes over another bridge.

        A step that still does belongs to a `pulumi up` that was interrupted, for the engine runs one at a time. It is
        ended, and leaves the bridge as it is. Only two steps are of the same `up`: a restore, which is soon done and
        waited for, and, for a restore, the bridge's own step with the purpose `own`, which may begin at any moment.
        Then it is False, for that one does the work.
        """

    def take_over_restarts(self) -> None:
        """From here on no other rolling restart goes on, until this step ends.

        One of a `pulumi up` that was interrupted is ended, on whichever bridge it is, and leaves that as it is. Two
        would have two bridges out of service.
        """


class HostLocks:
    """In /run/lock, which a reboot empties."""

    def __init__(self, paths: Paths, clock: Clock, messages: Messages) -> None:
        self._paths = paths
        self._clock = clock
        self._messages = messages

    def take_over(self, bridge: Bridge, purpose: Purpose, own: Purpose | None = None) -> bool:
        """See Locks."""
        path = self._paths.locks / f"jitsi-hetzner-{bridge.nickname}"
        return self._take(_Lock(path, DESCRIPTOR, "step", f" on {bridge.name}"), purpose, own)

    def take_over_restarts(self) -> None:
        """See Locks."""
        # No bridge or recorder has this nickname.
        path = self._paths.locks / "jitsi-hetzner-restart"
        self._take(_Lock(path, RESTART_DESCRIPTOR, "rolling restart"), Purpose.OUT, None)

    def _take(self, lock: "_Lock", purpose: Purpose, own: Purpose | None) -> bool:
        lock.open()
        ended: int | None = None
        for _ in range(ATTEMPTS):
            if self._lock_within_a_second(lock):
                lock.path.write_text(f"{os.getpid()} {purpose.value}\n")
                return True
            holder, held_for = _read(lock.path)
            # What stands there may be of the one before: who has just taken the lock writes a moment later.
            if holder is None or holder == ended or not lock.is_held_by(holder):
                continue
            if held_for == Purpose.RESTORE.value:
                continue
            if own is not None and held_for == own.value:
                return False
            self._messages.info(f"ending a {lock.kind}{lock.where} that was interrupted (process {holder})")
            # Not SIGTERM, by which an operator ends a step: that one puts the bridge back, this one leaves it to the
            # step that follows.
            with suppress(ProcessLookupError):
                os.kill(holder, signal.SIGHUP)
            ended = holder
        holder, _ = _read(lock.path)
        raise Failure(
            f"another {lock.kind} is at work{lock.where} (process {holder or 'unknown'})",
            "wait until it has ended, or end it, on the web host; then: pulumi up",
        )

    def _lock_within_a_second(self, lock: "_Lock") -> bool:
        for look in range(LOOKS + 1):
            if look > 0:
                self._clock.sleep(1 / LOOKS)
            with suppress(BlockingIOError):
                fcntl.flock(lock.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
        return False


@dataclass(frozen=True)
class _Lock:
    path: Path
    descriptor: int
    # Whose lock it is, in messages.
    kind: str
    where: str = ""

    def open(self) -> None:
        """As its descriptor."""
        try:
            opened = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        except OSError as problem:
            problem_text = f"cannot open the lock {self.path}: {problem.strerror}"
            raise Failure(problem_text, "df -h /run; then: pulumi up") from None
        if opened != self.descriptor:
            # No child keeps the lock when this step has ended.
            os.dup2(opened, self.descriptor, inheritable=False)
            os.close(opened)

    def is_held_by(self, process: int) -> bool:
        """Whether it is one of these steps, and no other program with a number that is given out again."""
        try:
            return Path(f"/proc/{process}/fd/{self.descriptor}").readlink() == self.path
        except OSError:
            return False


def _read(path: Path) -> tuple[int | None, str]:
    """Process and purpose, as the holder has written them."""
    words = path.read_text().split()
    if len(words) != 2 or not words[0].isdigit():
        return None, ""
    return int(words[0]), words[1]
