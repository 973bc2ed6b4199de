"""keyturnd.acquire.deadline."""

from __future__ import annotations

from keyturnd.acquire.deadline import Deadline, boot_time


def test_time_left_never_goes_below_zero() -> None:
    now = [100.0]
    deadline = Deadline(10, lambda: now[0])
    assert deadline.left() == 10
    now[0] += 4
    assert deadline.left() == 6
    now[0] += 100
    assert deadline.left() == 0


def test_the_clock_does_not_go_back() -> None:
    first = boot_time()
    assert boot_time() >= first
