"""Background tasks that must not end by themselves."""

import asyncio
import logging

log = logging.getLogger("Main")


async def run_until(stopped: asyncio.Event, tasks: "list[asyncio.Task[None]]") -> bool:
    """Waits for `stopped`. Returns False if one of the tasks failed before."""
    waiting = asyncio.get_running_loop().create_task(stopped.wait())
    await asyncio.wait([waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    for task in tasks:
        if task.done():
            log.error("A background task broke down", exc_info=task.exception())
            return False
    return True


async def end(tasks: "list[asyncio.Task[None]]") -> None:
    """Cancels tasks until they have ended. A single cancel is not enough, because
    asyncio.wait_for() loses a cancellation that arrives together with its result.
    """
    while running := [task for task in tasks if not task.done()]:
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=1)
