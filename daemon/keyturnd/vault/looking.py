"""Looks that go through all that is at rest: in one of asyncio's threads, so that answers from memory go on."""

from __future__ import annotations

import asyncio
import errno
import os
from typing import TYPE_CHECKING, TypeVar

from keyturn import hints
from keyturn.errors import StateError

if TYPE_CHECKING:
    from collections.abc import Callable

Returned = TypeVar("Returned")


async def looked(look: Callable[..., Returned], *arguments: object) -> Returned:
    """What `look` returns. Raises what it does, and StateError where no thread can be had (RLIMIT_NPROC, pids.max).

    asyncio's RuntimeError would be a bug to whoever asked, and the end of the renewals behind the answers.
    """
    try:
        looking = asyncio.get_running_loop().run_in_executor(None, look, *arguments)
    except RuntimeError:
        reason = os.strerror(errno.EAGAIN).lower()
        raise StateError(f"cannot look at what is kept: {reason}", hints.restart_daemon()) from None
    return await looking
