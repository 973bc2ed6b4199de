"""Renewal ahead of time: behind an answer that used a token, and every half minute for the others."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from keyturn.errors import ConfigError, StateError
from keyturnd import flows
from keyturnd.fetching.permission import NoLongerAllowed

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from keyturnd.broker.failures import Failures
    from keyturnd.broker.flights import Flights
    from keyturnd.broker.memory import Memory
    from keyturnd.clock import Clock
    from keyturnd.fetching.fetch import Fetcher
    from keyturnd.fetching.wants import Want
    from keyturnd.vault.holdings import Holdings

ROUND = 30.0
"""Seconds between two looks at what is due. Renewal points lie minutes before any minimum life is undercut."""
PRUNING_INTERVAL = 3600.0
"""Seconds between two sweeps of expired access tokens out of the vault."""


class Renewal:
    """Begins flights that nobody waits for; `logging_out` names the profiles for which nothing new may begin.

    each_round: what else is to be looked at every half minute.
    """

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
        each_round: Callable[[], None],
    ) -> None:
        self._memory = memory
        self._flights = flights
        self._failures = failures
        self._fetcher = fetcher
        self._holdings = holdings
        self._clock = clock
        self._logging_out = logging_out
        self._each_round = each_round

    def begin(self, want: Want, *, asked: bool) -> None:
        """Renew `want` behind whatever is being done, unless its last failure forbids that; `asked`: by a request."""
        if flows.takes_its_caller(want.profile) or want.profile.name in self._logging_out:
            return
        if self._failures.may_renew(want, asked=asked):
            self._flights.begin(want)

    async def keep_fresh(self) -> None:
        """Renew, for ever, what is due and has served somebody since it was issued; the rest may lapse."""
        pruned = self._clock.boottime()
        while True:
            await self._clock.sleep_until(self._clock.boottime() + ROUND)
            self._renew_what_is_due()
            self._each_round()
            if self._clock.boottime() - pruned >= PRUNING_INTERVAL:
                pruned = self._clock.boottime()
                await self._prune()

    def _renew_what_is_due(self) -> None:
        for want in self._memory.due_for_renewal():
            try:
                self._fetcher.check_allowed(want)
            except NoLongerAllowed:
                self._memory.held.pop(want.key, None)
            except ConfigError:
                return  # it is invalid: nobody can tell what it allows
            else:
                self.begin(want, asked=False)

    async def _prune(self) -> None:
        self._memory.lapse()
        self._failures.lapse()
        with suppress(StateError):  # told to whoever needs the vault; nobody waits for this
            await self._holdings.prune(self._clock.wall())
