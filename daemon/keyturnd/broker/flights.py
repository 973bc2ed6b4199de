"""Fetches under way: one of a key however many wait for it, and each goes on when they have left."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from keyturn import moves
from keyturn.errors import ConfigError, KeyturnError, ProviderUnreachable, Refused
from keyturnd import flows
from keyturnd.broker import policy
from keyturnd.broker.failures import is_unconnected
from keyturnd.broker.waiting import joined, take, until
from keyturnd.fetching.fetch import SILENT_DEADLINE
from keyturnd.fetching.permission import NoLongerAllowed, as_configured
from keyturnd.unstoppable import look_at
from keyturnd.vault.names import state_name

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from keyturnd.broker.failures import Failures
    from keyturnd.broker.memory import Memory
    from keyturnd.clock import Clock
    from keyturnd.fetching.fetch import Fetcher
    from keyturnd.fetching.wants import Want
    from keyturnd.vault.records import RecordName
    from keyturnd.vault.tokens import Token


class Flights:
    """Begins, joins and lands silent fetches; what they bring goes into memory."""

    def __init__(
        self, *, fetcher: Fetcher, failures: Failures, memory: Memory, clock: Clock, chance: Callable[[], float],
        logging_out: Counter[str],
    ) -> None:  # fmt: skip
        self.under_way: dict[RecordName, asyncio.Task[Token]] = {}
        self._fetcher = fetcher
        self._failures = failures
        self._memory = memory
        self._clock = clock
        self._chance = chance
        self._logging_out = logging_out
        self._exclusions: dict[RecordName, asyncio.Lock] = {}
        self._waited_for: Counter[RecordName] = Counter()

    async def token(self, want: Want, by: float, *, told: bool = False) -> Token:
        """Join the fetch of this key, or start it; a fresh failure is repeated instead. The fetch outlives `by`.

        by: until when (boot time) it is waited for. told: see keyturnd.broker.signin.Waiter. Raises what
        keyturnd.fetching.fetch does, ProviderUnreachable when time is up, and as `check_not_leaving`.
        """
        _raise(self._failures.recall(want, told=True) if told else await self._told_before(want, by))
        self.check_not_leaving(want)  # a logout may have begun in that moment, and found nothing under way
        try:
            return await until(self._clock, by, joined(self.begin(want)))
        except NoLongerAllowed:
            self._fetcher.check_allowed(want)  # the one we joined was begun for the profile as it was
            return await self.token(want, by)
        except TimeoutError:
            error = _overdue(want)
            self._failures.remember_overdue(want, error)
            raise error from None

    async def _told_before(self, want: Want, by: float) -> KeyturnError | None:
        """The fresh failure of `want`; for what had no connection a moment ago, the moment is waited for."""
        error = self._failures.recall(want)
        if is_unconnected(error):
            self._waited_for[want.key] += 1
            try:
                await self._clock.sleep_until(min(by, self._failures.fresh_until(want)))
            finally:
                self._waited_for -= Counter((want.key,))  # and what nobody waits for is gone from it
            error = self._failures.recall(want)
        return error

    def check_not_leaving(self, want: Want) -> None:
        """Raise Refused while the profile of `want` is being logged out."""
        if want.profile.name in self._logging_out:
            raise Refused(f"profile {want.profile.name} is being logged out", moves.waiting.again())

    def is_coming(self, key: RecordName) -> bool:
        """Whether somebody fetches this token, or waits for the moment to: whoever asks beside them gets it, too."""
        return key in self.under_way or self._waited_for[key] > 0

    def begin(self, want: Want) -> asyncio.Task[Token]:
        """The fetch of `want` that is under way, or a new one."""
        flight = self.under_way.get(want.key)
        if flight is None:
            flight = self.under_way[want.key] = asyncio.get_running_loop().create_task(self._fly(want))
            flight.add_done_callback(lambda task: self._landed(want.key, task))
        return flight

    def of(self, profile: str) -> list[asyncio.Task[Token]]:
        """All that are under way for `profile`."""
        return [task for key, task in self.under_way.items() if key.profile == profile]

    async def _fly(self, want: Want) -> Token:
        ends = self._clock.boottime() + policy.LONGEST_FLIGHT
        async with self.turn(want, ends):
            try:
                token = await self._fetcher.silently(want, lambda: self._left(ends))
            except ConfigError:
                raise  # found without asking anybody, and mended by a chmod that nobody tells us of
            except KeyturnError as error:
                self._failures.remember(want, error, self._chance())
                raise
        self._failures.forget(want)
        self._memory.receive(as_configured(self._fetcher.config(), want) or want, token)
        return token

    def _left(self, ends: float) -> float:
        return min(SILENT_DEADLINE, max(ends - self._clock.boottime(), 0.0))

    def _landed(self, key: RecordName, task: asyncio.Task[Token]) -> None:
        if self.under_way.get(key) is task:
            del self.under_way[key]
        look_at(task)  # a failed renewal behind an answer has no other reader

    @asynccontextmanager
    async def turn(self, want: Want, ends: float) -> AsyncIterator[None]:
        """Fetches that use the same refresh token exclude each other, so that none is rotated away under another.

        What failed meanwhile for all of them is not tried once more by each. Raises that failure, and as `alone`.
        """
        async with self.alone(want, ends):
            _raise(self._failures.recent(want))
            yield

    @asynccontextmanager
    async def alone(self, want: Want, ends: float | None = None) -> AsyncIterator[None]:
        """Inside, no fetch uses what the profile of `want` has.

        ends: see LONGEST_FLIGHT, where it is not told. Raises ProviderUnreachable when that has not come before.
        """
        ends = self._clock.boottime() + policy.LONGEST_FLIGHT if ends is None else ends
        name = want.key if flows.row(want.profile).state is None else state_name(want.profile)
        exclusion = self._exclusions.setdefault(name, asyncio.Lock())
        try:
            await take(self._clock, ends, exclusion)
        except TimeoutError:
            raise _overdue(want) from None
        try:
            yield
        finally:
            exclusion.release()
            if name.in_memory_alone:  # a job's: there are thousands, and a key has but one flight anyway
                self._exclusions.pop(name, None)


def _raise(error: KeyturnError | None) -> None:
    if error is not None:
        raise error.with_traceback(None)  # or each raise would lengthen the one before, for ever


def _overdue(want: Want) -> ProviderUnreachable:
    """Why a caller has to leave while the fetch goes on."""
    name = want.profile.name
    return ProviderUnreachable(f"the token of profile {name} is taking too long to get", moves.waiting.again())
