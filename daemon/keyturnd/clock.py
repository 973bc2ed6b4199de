"""The two clocks everything is timed by, behind one interface that tests can turn by hand.

Durations count on a clock that goes on in suspend: asyncio's own (CLOCK_MONOTONIC) stands still there, and a
laptop that slept over a renewal would wake with dead tokens (pizauth #47, #48). The provider's times are UTC, so
they are compared with the wall clock, which may jump.
"""

from __future__ import annotations

import asyncio
import sys
import time
from functools import partial
from typing import Protocol

LONGEST_SLEEP = 60.0
"""Seconds. The event loop's timers stop in suspend: a longer sleep would be that much late after a resume."""


class Clock(Protocol):
    """What time it is, and waiting for it."""

    def wall(self) -> float:
        """UTC epoch seconds. May jump either way."""
        ...

    def boottime(self) -> float:
        """Seconds on a clock that never jumps and goes on in suspend; only differences mean something."""
        ...

    async def sleep_until(self, boottime: float) -> None:
        """Return once `boottime()` has reached this value, at once if it already has."""
        ...


def counts_suspend() -> int:
    """The id of the clock that goes on in suspend. On macOS the raw monotonic one does (clock_gettime(3) there)."""
    return time.CLOCK_BOOTTIME if sys.platform == "linux" else time.CLOCK_MONOTONIC_RAW


class SystemClock:
    """The machine's clocks."""

    wall = staticmethod(time.time)  # asked for with each answer: no function of ours around it
    boottime = staticmethod(partial(time.clock_gettime, counts_suspend()))

    async def sleep_until(self, boottime: float) -> None:
        while (left := boottime - self.boottime()) > 0:  # noqa: ASYNC110 - no event tells of a resume
            await asyncio.sleep(min(left, LONGEST_SLEEP))
