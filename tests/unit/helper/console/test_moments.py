"""Moments and durations in words."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from keyturn.console.moments import duration, in_local_time, validity

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (11_520, "3 h 12 min"),
        (86_399, "23 h 59 min"),
        (86_400, "1 d"),
        (187_200, "2 d 4 h"),
    ],
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.fixture
def in_berlin() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "CET-1")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("2026-01-01T13:00:00Z", "2026-01-01 14:00:00"),
        ("2026-01-01T23:30:00.123456Z", "2026-01-02 00:30:00"),
        ("2026-01-01T13:00:00+00:00", "2026-01-01 14:00:00"),
        ("2026-02-31T13:00:00Z", "2026-02-31T13:00:00Z"),
        ("2026-01-01", "2026-01-01"),
        ("ready", "ready"),
    ],
)
def test_times_of_utc_are_told_in_local_time(said: str, shown: str, in_berlin: None) -> None:
    assert in_local_time(said) == shown


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (3180, "valid for 53 min (until 14:53)"),
        (90_000, "valid for 1 d 1 h (until 2026-01-02 15:00)"),
        (0, "expired"),
        (-1, "expired"),
    ],
)
def test_validity(left: float, text: str, in_berlin: None) -> None:
    noon_and_one = 1_767_272_400.0  # 2026-01-01 13:00 UTC, 14:00 on the wall
    assert validity(noon_and_one + left, noon_and_one) == text
