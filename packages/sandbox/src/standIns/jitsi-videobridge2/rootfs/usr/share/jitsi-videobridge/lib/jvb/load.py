"""The CPU load of the whole host, of all its processes, like Java's systemCpuLoad.

/proc/stat is not usable, because it is the machine's, which all hosts of the sandbox share.
"""

import os
import time


class HostLoad:
    def __init__(self) -> None:
        self._last = (time.monotonic(), _used())

    def since_last(self) -> float:
        """The used share of the processors since the last call, from 0 to 1."""
        before, used_before = self._last
        self._last = time.monotonic(), _used()
        elapsed = self._last[0] - before
        if elapsed <= 0:
            return 0.0
        share = (self._last[1] - used_before) / elapsed / (os.cpu_count() or 1)
        # The time of a process that has ended is no longer part of the sum.
        return min(max(share, 0.0), 1.0)


def _used() -> float:
    """Processor time in seconds of all current processes."""
    ticks = 0
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{process}/stat", encoding="ascii", errors="replace") as file:
                # The second field, in parentheses, can contain spaces.
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
