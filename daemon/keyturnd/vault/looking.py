"""Threads that look at what is at rest: a disk that does not answer holds up who wants to see it, and nobody else.

NFS whose server is gone, FUSE whose process hangs: a read lasts until they are back, and the loop would wait for it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from keyturn import moves
from keyturn.errors import StateError
from keyturn.reach.paths import state_path
from keyturnd import unstoppable
from keyturnd.threads import Threads

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

Returned = TypeVar("Returned")

MOST = 4
"""Looks at a time: a long listing is in nobody's way."""
PATIENCE = 5.0
"""Seconds for a disk to answer: one at rest needs some to turn, and whoever asks can be told in time."""
LITTLE_PATIENCE = 0.2
"""The same while it owes another answer."""

threads = Threads(MOST)
_late = set["asyncio.Future[Any]"]()


async def seen(look: Callable[..., Returned], *arguments: object) -> Returned:
    """What `look` returns. Raises what it does, and StateError when it takes too long; it goes on then.

    Where there can be no thread (RLIMIT_NPROC, pids.max), the loop looks itself, for want of a better.
    """
    if len(_late) >= MOST:  # another would be kept in mind for as long as the disk takes
        raise unanswered()
    try:
        begun = threads.begin(look, *arguments)
    except OSError:
        return look(*arguments)
    looking = asyncio.wrap_future(begun)
    try:
        await asyncio.wait([looking], timeout=LITTLE_PATIENCE if _late else PATIENCE)
    except asyncio.CancelledError:  # whoever leaves says nothing of the disk
        if not begun.cancel():
            unstoppable.leave(looking)
        raise
    if looking.done():
        return looking.result()
    _late.add(looking)
    looking.add_done_callback(_late.discard)
    unstoppable.leave(looking)
    raise unanswered()


def unanswered() -> StateError:
    """What whoever waits for the disk is told."""
    return StateError(f"the disk of {state_path()} does not answer", moves.waiting.disk())
