"""Tokens that an AWX may have created for a request whose answer never came: looked for until it is settled.

The acquisition that asked may have been killed while the server was still at it, so what it looks for at its next
start may not be there yet. One live token per profile is the promise: a second one is gone within a minute of the
moment that the server has created it and a daemon runs.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from keyturn.configuration.profiles.profile import AwxProfile
from keyturn.errors import ConfigError, KeyturnError, StateError
from keyturnd.broker import policy
from keyturnd.broker.awx.tokens import PATIENCE
from keyturnd.broker.renewal import ROUND
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
    """Looks for each profile at most once a round; not where somebody is `signing_in`, or `logging_out`.

    Who signs in has a token created that nothing but its description tells of yet.
    """

    def __init__(
        self,
        *,
        remote: Remote,
        holdings: Holdings,
        flights: Flights,
        clock: Clock,
        config: Callable[[], Config],
        logging_out: Container[str],
        signing_in: Container[str],
    ) -> None:
        self._remote = remote
        self._holdings = holdings
        self._flights = flights
        self._clock = clock
        self._config = config
        self._logging_out = logging_out
        self._signing_in = signing_in
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._failures: dict[str, int] = {}
        self._rests: dict[str, float] = {}
        self._nothing_missing: dict[str, tuple[AwxProfile, int]] = {}
        """What was looked at where none was, and how many changes of the vault before."""
        self._locked = False
        self.also: Callable[[AwxProfile], Awaitable[None]] = _nothing_else

    async def keep_looking(self) -> None:
        """Each half minute, for ever."""
        while True:
            await self._clock.sleep_until(self._clock.boottime() + ROUND)
            self.look()

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

    async def end(self, profile: str) -> None:
        """Look no more for `profile`, for whoever is about to sign in."""
        while looking := self.of(profile):
            for task in looking:
                task.cancel()
            await asyncio.wait(looking)

    def _may_begin(self, name: str) -> bool:
        if any(name in others for others in (self._under_way, self._logging_out, self._signing_in)):
            return False
        return self._clock.boottime() >= self._rests.get(name, 0.0)

    def _begin(self, profile: AwxProfile) -> None:
        task = asyncio.get_running_loop().create_task(self._settle(profile))
        self._under_way[profile.name] = task
        task.add_done_callback(lambda _: self._under_way.pop(profile.name, None))

    async def _settle(self, profile: AwxProfile) -> None:
        """Both kinds, whatever becomes of the other: what is made for others may take another password."""
        if not await self._may_miss(profile):
            return
        errors = [error for look in (self._settle_own, self.also) if (error := await _failure(look(profile)))]
        if not errors:
            self._failures.pop(profile.name, None)
            return
        self._locked = any(isinstance(error, StateError) for error in errors)
        await self._rest(profile)

    async def _may_miss(self, profile: AwxProfile) -> bool:
        """A keyring is not opened for what is not there."""
        if self._holdings.opened is not None:
            return True
        with suppress(StateError):
            return await self._holdings.may_have_state(profile)
        return False

    async def _settle_own(self, profile: AwxProfile) -> None:
        if not await self._missing_since(profile):
            return
        ends = self._clock.boottime() + policy.LONGEST_FLIGHT
        async with self._flights.turn(Want(profile, (profile.scope,), "token"), ends):
            if await self._missing_since(profile):
                await self._remote.settle(profile)

    async def _rest(self, profile: AwxProfile) -> None:
        """Not at all for as long as the server may still carry the request out: a busy one fails now and then."""
        count = self._failures[profile.name] = self._failures.get(profile.name, 0) + 1
        with suppress(StateError):  # it rests then
            if not self._locked and self._clock.wall() - await self._missing_since(profile) <= PATIENCE:
                return
        self._rests[profile.name] = self._clock.boottime() + policy.backoff(count, None, 0.0)

    async def _missing_since(self, profile: AwxProfile) -> float:
        """When the request was sent whose answer is missing, UTC epoch seconds; 0 when none is.

        Read once after each change: a daemon that idles leaves the disk alone.
        """
        looked_at = profile, self._holdings.changes
        if self._nothing_missing.get(profile.name) == looked_at:
            return 0.0
        state = await self._holdings.state(profile)
        if isinstance(state, AwxState) and state.asked_at:
            return state.asked_at
        self._nothing_missing[profile.name] = looked_at
        return 0.0


async def _failure(looking: Awaitable[None]) -> KeyturnError | None:
    try:
        await looking
    except KeyturnError as error:
        return error
    return None


async def _nothing_else(profile: AwxProfile) -> None:
    """Where nobody makes tokens for others."""
