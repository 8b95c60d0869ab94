"""The load of the whole host: of all processes that it has, as java's systemCpuLoad.

/proc/stat is the machine's, which all hosts of the sandbox share.
"""

import os
import time


class HostLoad:
    def __init__(self) -> None:
        self._last = (time.monotonic(), _used())

    def since_last(self) -> float:
        """The share of the processors that was in use since this was asked last, from 0 to 1."""
        before, used_before = self._last
        self._last = time.monotonic(), _used()
        elapsed = self._last[0] - before
        if elapsed <= 0:
            return 0.0
        share = (self._last[1] - used_before) / elapsed / (os.cpu_count() or 1)
        # A process that has ended takes its share with it.
        return min(max(share, 0.0), 1.0)


def _used() -> float:
    """Seconds of processor time of all processes that run now."""
    ticks = 0
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{process}/stat", encoding="ascii", errors="replace") as file:
                # The second field, in brackets, may hold blanks.
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
