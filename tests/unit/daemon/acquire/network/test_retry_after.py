"""keyturnd.acquire.network.retry_after: RFC 9110 section 10.2.3."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturnd.acquire.network.retry_after import LONGEST, seconds

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("0", 0.0),
        (" 60 ", 60.0),
        ("9" * 400, LONGEST),
        ("Fri, 15 Jan 2027 08:01:00 GMT", 60.0),
        ("Fri, 15 Jan 2027 07:00:00 GMT", 0.0),
        ("Fri, 15 Jan 9999 07:00:00 GMT", LONGEST),
        ("Fri, 99 Jan 2027 07:00:00 GMT", None),
        ("Fri, 15 Jan 2027 07:00:00 +99999999999999999999", None),
        ("Fri, 15 Jan 99999999999999999999 07:00:00 GMT", None),
    ],
)
def test_seconds_to_hold_back(value: str | None, wait: float | None) -> None:
    assert seconds(value, NOW) == wait


@given(st.text(max_size=40))
def test_any_header_is_a_number_or_nothing(value: str) -> None:
    wait = seconds(value, NOW)
    assert wait is None or 0 <= wait <= LONGEST
