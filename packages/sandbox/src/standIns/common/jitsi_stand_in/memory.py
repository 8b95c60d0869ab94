"""A heap that is full, on the signal USR1: nothing here needs gigabytes.

Java then ends only the thread that asked for memory, and the program goes on. Its switches can have it write the heap to
a file before, and end.
"""

import os
import signal
from types import FrameType
from typing import Optional

from .config import JavaOptions

SIGNAL = signal.SIGUSR1
EXIT_CODE = 3
# Enough to be seen.
DUMP_BYTES = 8 * 1024 * 1024


def fill_on_signal(options: JavaOptions) -> None:
    """From now on."""

    def fill(_number: int, _frame: Optional[FrameType]) -> None:
        print("java.lang.OutOfMemoryError: Java heap space", flush=True)
        if options.switches.get("HeapDumpOnOutOfMemoryError", False):
            with open(os.path.join(options.heap_dump_path, f"java_pid{os.getpid()}.hprof"), "wb") as dump:
                dump.write(bytes(DUMP_BYTES))
        if options.switches.get("ExitOnOutOfMemoryError", False):
            print("Terminating due to java.lang.OutOfMemoryError: Java heap space", flush=True)
            os._exit(EXIT_CODE)

    signal.signal(SIGNAL, fill)
