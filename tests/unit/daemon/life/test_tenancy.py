"""How long a daemon waits for the one before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyturnd.configuration import Configuration
from keyturnd.life.statelock import HolderElsewhere, StateLock
from keyturnd.life.tenancy import SUCCESSION, Tenancy
from support.daemon.manual_clock import ManualClock

if TYPE_CHECKING:
    from pathlib import Path


LOOKS = 4
"""The first tells the beginning, and three follow before more than SUCCESSION has passed."""


class Hurrying(ManualClock):
    """At each look a while has passed."""

    looks = 0

    def boottime(self) -> float:
        self.looks += 1
        self.advance(SUCCESSION / 2)
        return super().boottime()


def test_a_predecessor_that_stays_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses = iter(range(LOOKS))
    monkeypatch.setattr("time.sleep", lambda _: next(pauses))
    lock = StateLock.acquire(tmp_path / "state", tmp_path / "before")
    clock = Hurrying()
    tenancy = Tenancy(tmp_path / "state", tmp_path / "after", Configuration(tmp_path / "config.toml"), log_here=True)
    try:
        with pytest.raises(HolderElsewhere):
            tenancy.begin_after_predecessor(clock)
    finally:
        lock.release()
    assert clock.looks == LOOKS
