"""The thread that changes what is at rest: one change after another, in the order in which they were asked for.

fsync may take long on a busy disk, and cached answers do not wait for it. The thread is the vault's own: a few
changes on a disk that does not answer would hold all of asyncio's, and with them whoever only wants to look.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from keyturn import hints
from keyturn.errors import StateError
from keyturnd import unstoppable
from keyturnd.threads import Threads

if TYPE_CHECKING:
    from collections.abc import Callable

Returned = TypeVar("Returned")

thread = Threads()


async def wholly(change: Callable[..., Returned], *arguments: object) -> Returned:
    """What `change` returns. Raises what it does, and StateError where it is never made for want of a thread.

    Who is cancelled meanwhile waits for its end all the same: a sign-in that is still being written would come back
    after the logout that cancelled it.
    """
    try:
        changing = asyncio.wrap_future(thread.begin(change, *arguments))
    except OSError as error:
        sentence = f"cannot change what is kept: {(error.strerror or '').lower()}"
        raise StateError(sentence, hints.restart_daemon()) from None
    try:
        return await asyncio.shield(changing)
    except asyncio.CancelledError:
        await unstoppable.ended(changing)
        raise
