"""Tokens that an AWX may have created for a request whose answer never came: looked for until it is settled.

The acquisition that asked may have been killed while the server was still at it, so what it looks for at its next
start may not be there yet. One live token per profile is the promise: a second one is gone within a minute of the
moment that the server has created it and a daemon runs.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from keyturn.configuration.profiles.profile import AwxProfile
from keyturn.errors import ConfigError, KeyturnError, StateError
from keyturnd.broker import policy
from keyturnd.fetching.wants import Want
from keyturnd.messages.states import AwxState

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Container

    from keyturn.configuration.config import Config
    from keyturnd.broker.flights import Flights
    from keyturnd.clock import Clock
    from keyturnd.fetching.remote import Remote
    from keyturnd.vault.holdings import Holdings


class Orphans:
    """Looks for each profile at most once a round; `logging_out` names those for which nothing new may begin."""

    def __init__(
        self,
        *,
        remote: Remote,
        holdings: Holdings,
        flights: Flights,
        clock: Clock,
        config: Callable[[], Config],
        logging_out: Container[str],
    ) -> None:
        self._remote = remote
        self._holdings = holdings
        self._flights = flights
        self._clock = clock
        self._config = config
        self._logging_out = logging_out
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._failures: dict[str, int] = {}
        self._rests: dict[str, float] = {}
        self._locked = False
        self.also: Callable[[AwxProfile], Awaitable[None]] = _nothing_else

    def look(self) -> None:
        """Begin to look, behind whatever is being done, for the profiles that miss an answer."""
        if self._locked and self._holdings.opened is None:
            return  # a keyring that nobody has unlocked asks once, not every half minute
        try:
            profiles = self._config().profiles.values()
        except ConfigError:
            return
        for profile in profiles:
            if isinstance(profile, AwxProfile) and self._may_begin(profile.name):
                self._begin(profile)

    def of(self, profile: str) -> list[asyncio.Task[None]]:
        """What is under way for `profile`."""
        return [task for name, task in self._under_way.items() if name == profile]

    def _may_begin(self, name: str) -> bool:
        if name in self._under_way or name in self._logging_out:
            return False
        return self._clock.boottime() >= self._rests.get(name, 0.0)

    def _begin(self, profile: AwxProfile) -> None:
        task = asyncio.get_running_loop().create_task(self._settle(profile))
        self._under_way[profile.name] = task
        task.add_done_callback(lambda _: self._under_way.pop(profile.name, None))

    async def _settle(self, profile: AwxProfile) -> None:
        try:
            if not self._holdings.may_have_state(profile):
                return
            missing = await self._misses_an_answer(profile)
            await self.also(profile)
            if not missing:
                return
            ends = self._clock.boottime() + policy.LONGEST_FLIGHT
            async with self._flights.turn(Want(profile, (profile.scope,), "token"), ends):
                if await self._misses_an_answer(profile):
                    await self._remote.settle(profile)
        except KeyturnError as error:
            self._locked = isinstance(error, StateError)
            count = self._failures[profile.name] = self._failures.get(profile.name, 0) + 1
            self._rests[profile.name] = self._clock.boottime() + policy.backoff(count, None, 0.0)
        else:
            self._failures.pop(profile.name, None)

    async def _misses_an_answer(self, profile: AwxProfile) -> bool:
        state = await self._holdings.state(profile)
        return isinstance(state, AwxState) and state.asked_at > 0


async def _nothing_else(profile: AwxProfile) -> None:
    """Where nobody makes tokens for others."""
