"""Durations as the configuration and the command line write them: `90s`, `15m`, `8h`, `7d`."""

from __future__ import annotations

import re

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
EXPECTED = 'a duration such as "90s", "15m", "8h" or "7d"'

_DURATION = re.compile(r"([0-9]{1,6})([smhd])", re.ASCII)


def parse_duration(text: str) -> float:
    """`text` in seconds. One whole number, one unit, nothing between or around them.

    A number without unit is refused rather than guessed: what one tool reads as seconds is minutes to the next.

    Raises ValueError.
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"expected {EXPECTED}")
    return float(int(found[1]) * SECONDS[found[2]])
