"""Detection of a connection that is dead but was never closed: XEP-0199 pings, like Smack sends
them.
"""

import asyncio
from typing import Awaitable, Callable


async def until_dead(last_received: Callable[[], float], ping: Callable[[float], Awaitable[bool]],
                     interval: float, timeout: float) -> None:
    """Returns when nothing was received for `interval`, and nothing within `timeout` of a ping
    after that.

    ping(timeout) returns whether it was answered in time.
    """
    now = asyncio.get_running_loop().time
    while True:
        idle = now() - last_received()
        if idle < interval:
            await asyncio.sleep(interval - idle)
            continue
        if not await ping(timeout) and now() - last_received() >= interval:
            return
        await asyncio.sleep(1)
