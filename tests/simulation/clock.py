"""One time for everybody: the daemon's clocks, the emulator's, and what libraries take for the time of day."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from keyturnd.clock import LONGEST_SLEEP

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

Returned = TypeVar("Returned")
MONDAY = 1_799_020_800.0
"""2027-01-04T00:00Z, a Monday's beginning."""


class VirtualClock:
    """keyturnd.clock.Clock, whose time passes only by `go_on`, `finish`, `pass_by` and `suspend`."""

    def __init__(self) -> None:
        self._now = MONDAY
        self._sleepers: dict[asyncio.Future[None], float] = {}
        self._alarms: list[tuple[float, Callable[[], None]]] = []

    def wall(self) -> float:
        return self._now

    def boottime(self) -> float:
        return self._now - MONDAY

    async def sleep_until(self, boottime: float) -> None:
        if boottime <= self.boottime():
            return
        sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers[sleeper] = boottime
        try:
            await sleeper
        finally:
            self._sleepers.pop(sleeper, None)

    def at(self, wall: float, ring: Callable[[], None]) -> None:
        """Call `ring` when it is that late, in suspend too."""
        self._alarms = sorted([*self._alarms, (wall, ring)], key=lambda alarm: alarm[0])

    def pass_by(self, seconds: float) -> None:
        """What a blocking sleep in an acquisition does."""
        self._come_to(self._now + seconds)

    async def go_on(self, wall: float, settle: Callable[[], Awaitable[None]]) -> None:
        """Let time pass until `wall`, wake whoever is due on the way, and wait for what they do (`settle`)."""
        while (due := self._next()) < wall:
            await self._wake(due, settle)
        await self._wake(wall, settle)

    async def finish(self, work: Awaitable[Returned], settle: Callable[[], Awaitable[None]]) -> Returned:
        """What `work` returns; time passes while it sleeps."""
        working = asyncio.ensure_future(work)
        await settle()
        while not working.done():
            await self._wake(self._next(), settle)
        return working.result()

    def suspend(self, until: float) -> None:
        """The machine sleeps until the wall clock says `until`.

        The loop's timers stood still: who would have been woken meanwhile is so as long after it as was left
        (keyturnd.clock.SystemClock).
        """
        asleep_at = self.boottime()
        self._come_to(until)
        for sleeper, due in self._sleepers.items():
            left = min(due - asleep_at, LONGEST_SLEEP)
            self._sleepers[sleeper] = max(due, self.boottime() + left)

    def _next(self) -> float:
        return MONDAY + min(self._sleepers.values())

    def _come_to(self, wall: float) -> None:
        self._now = max(self._now, wall)
        while self._alarms and self._alarms[0][0] <= self._now:
            self._alarms.pop(0)[1]()

    async def _wake(self, wall: float, settle: Callable[[], Awaitable[None]]) -> None:
        self._come_to(wall)
        for sleeper in [one for one, due in self._sleepers.items() if due <= self.boottime() and not one.done()]:
            sleeper.set_result(None)
        await settle()
