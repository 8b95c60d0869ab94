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
        now, used = self._last = time.monotonic(), _used()
        elapsed = now - before
        if elapsed <= 0:
            return 0.0
        # By process: the time of one that has ended is no longer in the list, and would outweigh the others.
        seconds = sum(time_used - used_before.get(process, 0.0) for process, time_used in used.items())
        return min(seconds / elapsed / (os.cpu_count() or 1), 1.0)


def _used() -> dict[tuple[str, str], float]:
    """Processor time in seconds of all current processes, by their number and start."""
    used = {}
    tick = 1 / os.sysconf("SC_CLK_TCK")
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{process}/stat", encoding="ascii", errors="replace") as file:
                # The second field, in parentheses, can contain spaces.
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        used[process, fields[19]] = (int(fields[11]) + int(fields[12])) * tick
    return used
