"""One time for everybody: the daemon's clocks, the emulator's, and what libraries take for the time of day."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from keyturnd.clock import LONGEST_SLEEP

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

MONDAY = 1_799_020_800.0
"""2027-01-04T00:00Z, a Monday's beginning."""


class VirtualClock:
    """keyturnd.clock.Clock, whose time passes only by `go_on` and `suspend`."""

    def __init__(self) -> None:
        self._now = MONDAY
        self._sleepers: dict[asyncio.Future[None], float] = {}

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

    def pass_by(self, seconds: float) -> None:
        """What a blocking sleep in an acquisition does."""
        self._now += seconds

    async def go_on(self, wall: float, settle: Callable[[], Awaitable[None]]) -> None:
        """Let time pass until `wall`, wake whoever is due on the way, and wait for what they do (`settle`)."""
        while (due := min(self._sleepers.values(), default=wall - MONDAY)) < wall - MONDAY:
            self._now = max(self._now, MONDAY + due)
            await self._wake(settle)
        self._now = max(self._now, wall)
        await self._wake(settle)

    def suspend(self, until: float) -> None:
        """The machine sleeps until the wall clock says `until`.

        The loop's timers stood still: who would have been woken meanwhile is so as long after it as was left
        (keyturnd.clock.SystemClock).
        """
        asleep_at, self._now = self.boottime(), max(self._now, until)
        for sleeper, due in self._sleepers.items():
            left = min(due - asleep_at, LONGEST_SLEEP)
            self._sleepers[sleeper] = max(due, self.boottime() + left)

    async def _wake(self, settle: Callable[[], Awaitable[None]]) -> None:
        for sleeper in [one for one, due in self._sleepers.items() if due <= self.boottime() and not one.done()]:
            sleeper.set_result(None)
        await settle()
