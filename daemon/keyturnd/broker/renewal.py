"""Renewal ahead of time: behind an answer that used a token, and every half minute for the others."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from keyturn.errors import ConfigError, StateError
from keyturnd import flows
from keyturnd.fetching.permission import NoLongerAllowed

if TYPE_CHECKING:
    from collections.abc import Container

    from keyturnd.broker.failures import Failures
    from keyturnd.broker.flights import Flights
    from keyturnd.broker.memory import Memory
    from keyturnd.clock import Clock
    from keyturnd.fetching.fetch import Fetcher
    from keyturnd.fetching.wants import Want
    from keyturnd.vault.holdings import Holdings
    from keyturnd.vault.tokens import Token

ROUND = 30.0
"""Seconds between two looks at what is due, here and in keyturnd.broker.awx.orphans.

Renewal points lie minutes before any minimum life is undercut."""
AT_ONCE = 4
"""Renewals that nobody waits for. Of hundreds, each a process, all came before a git that asked: half a minute."""
PRUNING_INTERVAL = 3600.0
"""Seconds between two sweeps of expired access tokens out of the vault."""


class Renewal:
    """Begins flights that nobody waits for; `logging_out` names the profiles for which nothing new may begin."""

    def __init__(
        self,
        *,
        memory: Memory,
        flights: Flights,
        failures: Failures,
        fetcher: Fetcher,
        holdings: Holdings,
        clock: Clock,
        logging_out: Container[str],
    ) -> None:
        self._memory = memory
        self._flights = flights
        self._failures = failures
        self._fetcher = fetcher
        self._holdings = holdings
        self._clock = clock
        self._logging_out = logging_out

    def begin(self, want: Want, *, asked: bool) -> asyncio.Task[Token] | None:
        """Renew `want` behind whatever is being done, unless its last failure forbids that; `asked`: by a request."""
        if flows.takes_its_caller(want.profile) or want.profile.name in self._logging_out:
            return None
        return self._flights.begin(want) if self._failures.may_renew(want, asked=asked) else None

    async def keep_fresh(self) -> None:
        """Renew, for ever, what is due and has served somebody since it was issued; the rest may lapse."""
        pruned = self._clock.boottime()
        while True:
            await self._clock.sleep_until(self._clock.boottime() + ROUND)
            await self._renew_what_is_due()
            if self._clock.boottime() - pruned >= PRUNING_INTERVAL:
                pruned = self._clock.boottime()
                await self._prune()

    async def _renew_what_is_due(self) -> None:
        """A few at once: after a night all are due, and whoever asks would wait behind them."""
        renewing: set[asyncio.Task[Token]] = set()
        for want in self._memory.due_for_renewal():
            try:
                renewing |= self._begun(want)
            except ConfigError:
                return  # it is invalid: nobody can tell what it allows
            if len(renewing) >= AT_ONCE:
                _, renewing = await asyncio.wait(renewing, return_when=asyncio.FIRST_COMPLETED)

    def _begun(self, want: Want) -> set[asyncio.Task[Token]]:
        """The renewal of `want`, if it is still to be. Raises ConfigError."""
        held = self._memory.held.get(want.key)
        if held is None or not self._memory.due(held):
            return set()  # forgotten, or fetched by somebody who asked, while others were renewed
        try:
            self._fetcher.check_allowed(want)
        except NoLongerAllowed:
            self._memory.held.pop(want.key, None)
            return set()
        flight = self.begin(want, asked=False)
        return set() if flight is None else {flight}

    async def _prune(self) -> None:
        self._memory.lapse()
        self._failures.lapse()
        with suppress(StateError):  # told to whoever needs the vault; nobody waits for this
            await self._holdings.prune(self._clock.wall())
