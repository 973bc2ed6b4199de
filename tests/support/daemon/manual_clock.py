"""A clock that stands still until a test turns it, and tells when somebody has gone to sleep on it (after SPIRE).

renewal = asyncio.create_task(broker.renew())
await clock.armed()         # no race: the timer is set
clock.advance(60)           # wakes whoever is due
"""

from __future__ import annotations

import asyncio

SOME_WALL_TIME = 1_800_000_000.0
SOME_BOOT_TIME = 5_000.0


class ManualClock:
    """keyturnd.clock.Clock by hand. For one event loop."""

    def __init__(self, wall: float = SOME_WALL_TIME, boottime: float = SOME_BOOT_TIME) -> None:
        self._wall = wall
        self._boottime = boottime
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []
        self._watchers: list[tuple[int, asyncio.Future[None]]] = []

    def wall(self) -> float:
        return self._wall

    def boottime(self) -> float:
        return self._boottime

    async def sleep_until(self, boottime: float) -> None:
        if boottime <= self._boottime:
            return
        sleeper = (boottime, asyncio.get_running_loop().create_future())
        self._sleepers.append(sleeper)
        self._tell_watchers()
        try:
            await sleeper[1]
        finally:
            if sleeper in self._sleepers:
                self._sleepers.remove(sleeper)

    def advance(self, seconds: float) -> None:
        """Let time pass on both clocks; sleepers that are due go on (at the test's next await)."""
        self._wall += seconds
        self._boottime += seconds
        due = [sleeper for sleeper in self._sleepers if sleeper[0] <= self._boottime]
        self._sleepers = [sleeper for sleeper in self._sleepers if sleeper not in due]
        for _, awakening in sorted(due, key=lambda sleeper: sleeper[0]):
            if not awakening.done():
                awakening.set_result(None)

    def set_wall(self, wall: float) -> None:
        """Let the wall clock jump; nobody wakes, as nobody sleeps by it."""
        self._wall = wall

    @property
    def deadlines(self) -> list[float]:
        """When each sleeper wants to wake, by `boottime()`, soonest first."""
        return sorted(deadline for deadline, _ in self._sleepers)

    async def armed(self, sleepers: int = 1) -> None:
        """Return once at least this many are asleep; sleepers that `advance` woke no longer count."""
        if len(self._sleepers) < sleepers:
            watcher = (sleepers, asyncio.get_running_loop().create_future())
            self._watchers.append(watcher)
            try:
                await watcher[1]
            finally:
                self._watchers.remove(watcher)

    def _tell_watchers(self) -> None:
        for wanted, told in self._watchers:
            if wanted <= len(self._sleepers) and not told.done():
                told.set_result(None)
