"""Keeps access tokens for the next daemon, if that can be: each can be fetched again, and is given all the same."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from keyturn.errors import StateError

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturnd.vault.holdings import Holdings
    from keyturnd.vault.records import RecordName
    from keyturnd.vault.tokens import Token

PATIENCE = 2.0
"""Seconds to wait for the disk: as a rule a token is at rest before it is given. Much less than any caller waits."""


class AtRest:
    """`warn` is told once that tokens are not kept, and once more when they have been kept again meanwhile."""

    def __init__(self, holdings: Holdings, warn: Callable[[str], None]) -> None:
        self._holdings = holdings
        self._warn = warn
        self._works = True
        self._late: set[asyncio.Task[None]] = set()

    async def keep(self, name: RecordName, token: Token) -> None:
        """Seal `token`, behind whoever has waited long enough or leaves. Where one is late, no other is waited for.

        A logout meanwhile deletes it: the vault's changes are made in the order in which they were asked for.
        """
        keeping = asyncio.get_running_loop().create_task(self._keep(name, token))
        await asyncio.wait([keeping], timeout=0.0 if self._late else PATIENCE)
        if not keeping.done():
            self._fail("the disk does not answer")
            self._late.add(keeping)
            keeping.add_done_callback(self._late.discard)

    async def _keep(self, name: RecordName, token: Token) -> None:
        try:
            await self._holdings.keep_token(name, token)
        except StateError as error:
            self._fail(error.sentence)
        else:
            self._works = True

    def _fail(self, reason: str) -> None:
        if self._works:
            self._warn(f"new tokens are lost when the daemon ends: {reason}")
        self._works = False
