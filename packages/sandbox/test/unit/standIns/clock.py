"""An event loop with a simulated clock, which jumps to the next event, so that minutes take no
time.
"""

import asyncio
import time


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self):
        super().__init__()
        self.now = 1000.0
        select = self._selector.select

        def jump(timeout):
            events = select(0)
            if not events and timeout:
                self.now += timeout
            return events

        self._selector.select = jump

    def time(self):
        return self.now


_loop = _Loop()
asyncio.set_event_loop(_loop)
# For the whole program, so that objects created before run() have the same time.
time.monotonic = _loop.time


def run(main):
    return _loop.run_until_complete(main())
