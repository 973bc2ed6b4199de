"""keyturnd.acquire.loopback.waiting: what is said to a person who waits, and when. Time is the test's own."""

from __future__ import annotations

from typing import Any

import pytest

from keyturnd.acquire.deadline import Deadline
from keyturnd.acquire.failed import Failed
from keyturnd.acquire.loopback.waiting import Waiting
from keyturnd.messages.channel import Event

ON_PAGE = "if the page says so, do that"


class Nobody:
    """A listener to whom no browser comes, and a channel on which nobody answers: time just passes."""

    answer = None

    def __init__(self) -> None:
        self.now = 0.0
        self.told: list[tuple[float, Event]] = []

    def answer_within(self, seconds: float) -> None:
        assert 0 < seconds <= 30
        self.now += seconds

    def tell(self, event: Event) -> None:
        self.told.append((self.now, event))


def waited(seconds: float, on_page: str | None = ON_PAGE) -> tuple[Nobody, Failed]:
    nobody: Any = Nobody()
    with pytest.raises(Failed) as caught:
        Waiting(nobody, nobody, Deadline(seconds, lambda: nobody.now), "work", on_page).answer(elsewhere=False)
    return nobody, caught.value


def test_what_only_the_page_shows_is_told_once_after_a_minute_and_at_the_end() -> None:
    nobody, failed = waited(900)
    assert nobody.told == [(60.0, Event("progress", f"nothing has come back yet: {ON_PAGE}"))]
    assert nobody.now == 898
    assert (failed.failure.kind, failed.failure.code) == ("sign-in-needed", "expired_token")
    assert failed.failure.hint == f"{ON_PAGE}, then: keyturn login work"


@pytest.mark.parametrize(("seconds", "on_page"), [(900, None), (60, ON_PAGE), (30, ON_PAGE), (3, ON_PAGE)])
def test_nothing_is_told_where_nothing_is_known_or_little_time_left(seconds: float, on_page: str | None) -> None:
    nobody, failed = waited(seconds, on_page)
    assert (nobody.told, nobody.now) == ([], seconds - 2)
    assert str(failed.failure.hint).endswith("keyturn login work")
