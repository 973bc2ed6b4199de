"""Waiting for what others wait for, too, and no longer than until a moment of the daemon's clock (with suspend)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from keyturn import moves
from keyturn.errors import Refused
from keyturnd.unstoppable import look_at

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from keyturnd.clock import Clock

T = TypeVar("T")


async def until(clock: Clock, boottime: float, work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`. Once it is `boottime` (see Clock), `work` is cancelled and TimeoutError raised."""
    loop = asyncio.get_running_loop()
    working, timer = loop.create_task(work), loop.create_task(clock.sleep_until(boottime))
    working.add_done_callback(look_at)  # whoever waits may leave in the moment in which it fails
    try:
        await asyncio.wait({working, timer}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise TimeoutError
        return working.result()
    finally:
        timer.cancel()
        working.cancel()
        await asyncio.wait({working, timer})  # nothing of it goes on behind its back


async def joined(task: asyncio.Task[T]) -> T:
    """The result of work that others wait for too; a waiter that leaves does not end it.

    Raises Refused when the work itself was ended, by a logout or because the daemon leaves.
    """
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if task.cancelled():
            raise Refused("ended by a logout, or because the daemon was stopped", moves.waiting.again()) from None
        raise


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
