"""The thread that changes what is at rest: one change after another, in the order in which they were asked for.

fsync may take long on a busy disk, and cached answers do not wait for it. Whoever only looks has threads of their own
(keyturnd.vault.looking): a file system that is frozen is read all the same.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from keyturn import hints, moves
from keyturn.errors import StateError
from keyturnd import unstoppable
from keyturnd.threads import Threads
from keyturnd.vault.looking import unanswered

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

Returned = TypeVar("Returned")

PATIENCE = 20.0
"""Seconds for the disk to take a change: a busy one needs some, and whoever waits can still be told in time."""

thread = Threads()


class Late(StateError):
    """The disk does not answer; `change` is made once it does."""

    def __init__(self, change: asyncio.Future[Any]) -> None:
        super().__init__(f"{unanswered().sentence}; what is to be written waits for it", moves.waiting.disk())
        self.change = change


async def wholly(change: Callable[..., Returned], *arguments: object) -> Returned:
    """What `change` returns. Raises what it does, and StateError where it is never made for want of a thread.

    Late, too, where the disk does not answer.

    Who is cancelled meanwhile waits for its end all the same: a sign-in that is still being written would come back
    after the logout that cancelled it.
    """
    try:
        changing = asyncio.wrap_future(thread.begin(change, *arguments))
    except OSError as error:
        sentence = f"cannot change what is kept: {(error.strerror or '').lower()}"
        raise StateError(sentence, hints.restart_daemon()) from None
    try:
        await asyncio.wait([changing], timeout=PATIENCE)
    except asyncio.CancelledError:
        await unstoppable.ended(changing)
        raise
    if changing.done():
        return changing.result()
    unstoppable.leave(changing)
    raise Late(changing)
