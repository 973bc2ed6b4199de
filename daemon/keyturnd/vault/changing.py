"""The thread that changes what is at rest: one change after another, in the order in which they were asked for.

Looks that go through all that is there are taken in asyncio's threads.

fsync may take long on a busy disk, and cached answers do not wait for it. The thread is the vault's own: a few
changes on a disk that does not answer would hold all of asyncio's, and with them whoever only wants to look.
"""

from __future__ import annotations

import asyncio
import errno
import os
from typing import TYPE_CHECKING, TypeVar

from keyturn import hints
from keyturn.errors import StateError
from keyturnd import unstoppable
from keyturnd.threads import OneThread

if TYPE_CHECKING:
    from collections.abc import Callable

Returned = TypeVar("Returned")

thread = OneThread()


async def wholly(change: Callable[..., Returned], *arguments: object) -> Returned:
    """What `change` returns. Raises what it does, and StateError where it is never made for want of a thread.

    Who is cancelled meanwhile waits for its end all the same: a sign-in that is still being written would come back
    after the logout that cancelled it.
    """
    try:
        changing = asyncio.wrap_future(thread.begin(change, *arguments))
    except OSError:
        raise _without_thread("change") from None
    try:
        return await asyncio.shield(changing)
    except asyncio.CancelledError:
        await unstoppable.ended(changing)
        raise


async def looked(look: Callable[..., Returned], *arguments: object) -> Returned:
    """What `look` returns. Raises what it does, and StateError where no thread can be had.

    asyncio's RuntimeError would be a bug to whoever asked, and the end of the renewals behind the answers.
    """
    try:
        looking = asyncio.get_running_loop().run_in_executor(None, look, *arguments)
    except RuntimeError:
        raise _without_thread("look at") from None
    return await looking


def _without_thread(verb: str) -> StateError:
    """RLIMIT_NPROC, pids.max."""
    sentence = f"cannot {verb} what is kept: {os.strerror(errno.EAGAIN).lower()}"
    return StateError(sentence, hints.restart_daemon())
