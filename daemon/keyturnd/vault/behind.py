"""Changes of access tokens, which nobody has to wait for: each of those can be fetched again."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from keyturnd.unstoppable import look_at

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from keyturnd.vault.records import RecordName

PATIENCE = 2.0
"""Seconds to wait for the disk: as a rule a token is sealed before it is given. Much less than any caller waits."""


class Behind:
    """Begins changes and waits for their ends, if those come soon."""

    def __init__(self) -> None:
        self._late: set[asyncio.Task[None]] = set()
        self._newest: dict[RecordName, asyncio.Task[None]] = {}
        self._begun = 0

    async def read(
        self, name: RecordName, get: Callable[[RecordName], Coroutine[Any, Any, bytes | None]]
    ) -> bytes | None:
        """What `get` finds under `name`, but nothing where what was asked for last is still to come, or failed.

        A token that a server has refused is there until the disk has taken its end, or its successor.
        """
        while name not in self._newest:
            begun = self._begun
            payload = await get(name)
            if begun == self._begun:
                return payload
        return None

    async def begin(self, name: RecordName, change: Coroutine[Any, Any, None]) -> bool:
        """Whether `change`, of the record `name`, has ended in time; raises what it does then.

        It goes on behind whoever leaves or hears no.

        Where one is late, no other is waited for. A logout meanwhile comes after it: see keyturnd.vault.changing.
        """
        self._begun += 1
        changing = self._newest[name] = asyncio.get_running_loop().create_task(change)
        changing.add_done_callback(partial(self._landed, name))
        await asyncio.wait([changing], timeout=0.0 if self._late else PATIENCE)
        if changing.done():
            changing.result()
            return True
        self._late.add(changing)
        return False

    def _landed(self, name: RecordName, changing: asyncio.Task[None]) -> None:
        self._late.discard(changing)
        taken = not changing.cancelled() and changing.exception() is None
        if taken and self._newest.get(name) is changing:
            del self._newest[name]
        look_at(changing)  # a late one has no other reader
