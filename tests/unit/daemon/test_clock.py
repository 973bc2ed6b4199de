"""The machine's clocks, and the one that tests turn by hand."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING

import pytest

from keyturnd.clock import LONGEST_SLEEP, SystemClock
from support.daemon.manual_clock import ManualClock

if TYPE_CHECKING:
    from keyturnd.clock import Clock


class SuspendedClock(SystemClock):
    """A machine that is suspended for an hour in each sleep: the event loop's timers don't see it."""

    def __init__(self) -> None:
        self.now = 0.0
        self.sleeps: list[float] = []

    def boottime(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds


def test_wall_is_utc_epoch_seconds() -> None:
    before = time.time()
    assert before <= SystemClock().wall() <= time.time()


@pytest.mark.skipif(sys.platform != "linux", reason="CLOCK_BOOTTIME is Linux's")
def test_boottime_counts_suspend() -> None:
    before = time.clock_gettime(time.CLOCK_BOOTTIME)
    assert before <= SystemClock().boottime() <= time.clock_gettime(time.CLOCK_BOOTTIME)


async def test_a_moment_that_has_passed_is_not_waited_for() -> None:
    clock: Clock = SystemClock()
    sleeper = clock.sleep_until(clock.boottime() - 1)
    with pytest.raises(StopIteration):  # done at its first step: it never gave way to the loop
        sleeper.__await__().__next__()


async def test_sleep_until_wakes_when_the_moment_has_come() -> None:
    clock = SystemClock()
    moment = clock.boottime() + 0.02
    await clock.sleep_until(moment)
    assert clock.boottime() >= moment


async def test_no_sleep_is_longer_than_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SuspendedClock()
    monkeypatch.setattr(asyncio, "sleep", clock.sleep)
    await clock.sleep_until(150.0)
    assert clock.sleeps == [LONGEST_SLEEP, LONGEST_SLEEP, 30.0]


async def test_a_suspend_during_a_sleep_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SuspendedClock()

    async def sleep_through_a_night(seconds: float) -> None:
        await clock.sleep(seconds)
        clock.now += 8 * 3600

    monkeypatch.setattr(asyncio, "sleep", sleep_through_a_night)
    await clock.sleep_until(3600.0)
    assert clock.sleeps == [LONGEST_SLEEP]


async def test_the_manual_clock_wakes_those_who_are_due_and_no_others() -> None:
    clock = ManualClock(wall=1000.0, boottime=50.0)
    woken: list[str] = []

    async def sleep(name: str, until: float) -> None:
        await clock.sleep_until(until)
        woken.append(name)

    async with asyncio.TaskGroup() as group:
        early = group.create_task(sleep("early", 60.0))
        late = group.create_task(sleep("late", 70.0))
        await clock.armed(2)
        assert clock.deadlines == [60.0, 70.0]
        clock.advance(9.5)
        clock.advance(0.5)
        await early
        assert (woken, late.done()) == (["early"], False)
        assert (clock.wall(), clock.boottime()) == (1010.0, 60.0)
        clock.advance(10)
    assert woken == ["early", "late"]


async def test_armed_waits_for_the_next_sleeper_not_for_one_already_woken() -> None:
    clock: ManualClock = ManualClock()
    rounds: list[float] = []

    async def tick() -> None:
        for _ in range(3):
            await clock.sleep_until(clock.boottime() + 10)
            rounds.append(clock.boottime())

    ticking = asyncio.create_task(tick())
    for count in range(3):
        await clock.armed()
        assert len(rounds) == count
        clock.advance(10)
    await ticking
    assert len(rounds) == 3


async def test_a_cancelled_sleeper_is_no_longer_armed() -> None:
    clock = ManualClock()
    sleeping = asyncio.create_task(clock.sleep_until(clock.boottime() + 10))
    await clock.armed()
    sleeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sleeping
    assert clock.deadlines == []


async def test_the_wall_clock_jumps_alone() -> None:
    clock: Clock = ManualClock(wall=1000.0, boottime=50.0)
    assert isinstance(clock, ManualClock)
    clock.set_wall(500.0)
    assert (clock.wall(), clock.boottime()) == (500.0, 50.0)
