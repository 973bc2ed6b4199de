"""Waiting no longer than until a moment of the daemon's clock, which counts suspend."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from keyturnd.clock import Clock

T = TypeVar("T")


async def until(clock: Clock, boottime: float, work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`. Once it is `boottime` (see Clock), `work` is cancelled and TimeoutError raised."""
    loop = asyncio.get_running_loop()
    working, timer = loop.create_task(work), loop.create_task(clock.sleep_until(boottime))
    working.add_done_callback(_look_at)
    try:
        await asyncio.wait({working, timer}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise TimeoutError
        return working.result()
    finally:
        timer.cancel()
        working.cancel()
        await asyncio.wait({working, timer})  # nothing of it goes on behind its back


def _look_at(work: asyncio.Task[Any]) -> None:
    """Why it failed is nobody's business where its waiter leaves in that moment: asyncio would tell it as a bug."""
    if not work.cancelled():
        work.exception()


async def take(clock: Clock, boottime: float, lock: asyncio.Lock) -> None:
    """Have `lock`, for the caller to release. Raises TimeoutError once it is `boottime`.

    It may come in the moment in which whoever waits for it is cancelled. Nobody would release it then, and all that
    wait behind would wait for ever.
    """
    taken = False

    async def acquire() -> None:
        nonlocal taken
        taken = await lock.acquire()

    try:
        await until(clock, boottime, acquire())
    except asyncio.CancelledError:
        if taken:
            lock.release()
        raise
