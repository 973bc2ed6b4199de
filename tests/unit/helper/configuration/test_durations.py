"""Durations: one whole number and one unit."""

from __future__ import annotations

import pytest

from keyturn.configuration.durations import parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("15m", 900),
        ("8h", 28_800),
        ("7d", 604_800),
        ("0s", 0),
        ("007m", 420),
        ("999999d", 86_399_913_600),
    ],
)
def test_duration_in_seconds(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "s",
        "15",
        "15 m",
        " 15m",
        "15m\n",
        "+15m",
        "-15m",
        "1.5h",
        "1h30m",
        "15M",
        "15min",
        "15w",
        "1_0s",
        "\u0661\u0665m",
        "1" * 7 + "s",
    ],
)
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r'^expected a duration such as "90s", "15m", "8h" or "7d"$'):
        parse_duration(text)
