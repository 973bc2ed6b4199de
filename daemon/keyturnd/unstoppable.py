"""What a thread does cannot be stopped: whoever is cancelled over it waits for its end all the same."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

LAST_PATIENCE = 1.0
"""Seconds, at the end of the process, for what could not be stopped."""

left = set["asyncio.Future[Any]"]()
"""What threads are still at though nobody waits for it."""


async def ended(work: asyncio.Future[Any]) -> None:
    """Wait for the end of `work`, for whoever has been cancelled already, though they be cancelled once more.

    By their deadline, and by the logout that comes then: it would delete what `work` still writes.
    """
    while not work.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait([work])
    look_at(work)


def look_at(work: asyncio.Future[Any]) -> None:
    """Why `work`, which has ended, failed is nobody's business any more: asyncio would tell it as a bug."""
    if not work.cancelled():
        work.exception()


def leave(work: asyncio.Future[Any]) -> None:
    """Note that nobody waits for `work` any more, but for the end of the process (`left`)."""

    def ended_at_last(_: object) -> None:
        left.discard(work)
        look_at(work)

    left.add(work)
    work.add_done_callback(ended_at_last)


async def is_left() -> bool:
    """Cancel all other tasks; whether a thread still works, on a disk that does not answer, or an exec on it."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    pending = (await asyncio.wait(others | left, timeout=LAST_PATIENCE))[1] if others or left else ()
    return bool(pending) or bool(left)  # one of the others may have left its own only now
