"""Logging out: whatever is under way for a profile ends first, then what its server and the vault keep."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

from keyturnd.vault.changing import Late

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturn.configuration.profiles.profile import Profile
    from keyturnd.broker.awx.orphans import Orphans
    from keyturnd.broker.flights import Flights
    from keyturnd.broker.signin import SignIns
    from keyturnd.fetching.remote import Remote
    from keyturnd.vault.holdings import Holdings
    from keyturnd.vault.tokens import Token


class Leaving:
    """Ends what a profile has anywhere. logging_out: for which profiles nothing new begins, by how many of these."""

    def __init__(
        self, *, flights: Flights, orphans: Orphans, sign_ins: SignIns, remote: Remote, holdings: Holdings,
        forget: Callable[[str], None], logging_out: Counter[str],
    ) -> None:  # fmt: skip
        self._flights = flights
        self._orphans = orphans
        self._sign_ins = sign_ins
        self._remote = remote
        self._holdings = holdings
        self._forget = forget
        self._logging_out = logging_out

    async def logout(self, profile: str, configured: Profile | None = None) -> int:
        """Forget everything of `profile`, in memory and in the vault; how many records there were.

        What `configured` holds on its server is ended there first; if that fails, nothing is forgotten, so that it
        can be tried again. Raises ProviderError then, and StateError; where that is Late, nothing is given of
        `profile` before its records are gone.
        """
        self._logging_out[profile] += 1  # an AWX token created now would be forgotten, not deleted
        try:
            await self._end_all(profile)
            if configured is not None:
                await self._remote.revoke(configured)
            self._forget(profile)
            try:
                return await self._holdings.forget(profile)
            except Late as error:
                self._logging_out[profile] += 1
                error.change.add_done_callback(lambda _: self._left_late(profile))
                raise
            finally:
                self._forget(profile)  # what a request read from the vault while it was being emptied
        finally:
            self._left(profile)

    def _left(self, profile: str) -> None:
        self._logging_out -= Counter((profile,))  # and what nobody logs out is gone from it

    def _left_late(self, profile: str) -> None:
        self._forget(profile)  # again: whoever was refused meanwhile has read the vault, too
        self._left(profile)

    async def _end_all(self, profile: str) -> None:
        ending: list[asyncio.Task[Token] | asyncio.Task[None]] = [
            *self._flights.of(profile),
            *self._orphans.of(profile),
        ]
        if (sign_in := self._sign_ins.under_way.get(profile)) is not None:
            ending.append(sign_in.task)
        for task in ending:
            task.cancel()
        if ending:
            await asyncio.wait(ending)  # or one of them could still write what is about to be forgotten
