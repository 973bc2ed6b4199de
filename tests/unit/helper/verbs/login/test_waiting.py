"""How long a code is still valid."""

from __future__ import annotations

import pytest

from keyturn.verbs.login.waiting import Spinner, left
from support.machine.threads import none_to_be_had


@pytest.mark.parametrize(
    ("expires_at", "told"),
    [(None, ""), (1000.0, ", 0:00 left"), (1000.9, ", 0:00 left"), (1009.0, ", 0:09 left"), (1900.5, ", 15:00 left")],
)
def test_as_a_clock_shows_it(expires_at: float | None, told: str) -> None:
    assert left(expires_at, 1000.0) == told


def test_a_code_that_has_ended() -> None:
    assert left(900.0, 1000.0) == ", 0:00 left"


def test_where_no_thread_can_be_had_nothing_moves() -> None:
    with none_to_be_had():
        Spinner(str, 0).stop()
