"""What a thread does cannot be stopped: whoever is cancelled over it waits for its end all the same."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any


LAST_PATIENCE = 1.0
"""Seconds, at the end of the process, for what could not be stopped."""


async def ended(work: asyncio.Future[Any]) -> None:
    """Wait for the end of `work`, for whoever has been cancelled already, though they be cancelled once more.

    By their deadline, and by the logout that comes then: it would delete what `work` still writes.
    """
    while not work.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait([work])


async def is_left() -> bool:
    """Cancel all other tasks; whether one of them still waits, for a disk that does not answer, or an exec on it."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    return bool(others) and bool((await asyncio.wait(others, timeout=LAST_PATIENCE))[1])
