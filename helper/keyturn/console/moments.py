"""Moments and durations as people read them."""

from __future__ import annotations

import re
import time

_UTC = r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|\+00:00)"
MINUTE, HOUR, DAY = 60, 3600, 86400


def duration(seconds: float) -> str:
    """`seconds` in one unit, or two where one is too coarse: 40 s, 53 min, 3 h 12 min, 2 d 4 h."""
    whole = max(0, int(seconds))
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min"
    large, small, names = (HOUR, MINUTE, ("h", "min")) if whole < DAY else (DAY, HOUR, ("d", "h"))
    rest = whole % large // small
    return f"{whole // large} {names[0]}" + (f" {rest} {names[1]}" if rest else "")


def local(moment: float) -> str:
    """What calendar and clock on the wall show at `moment` (UTC epoch seconds)."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(moment))


def in_local_time(text: str) -> str:
    """`text`, where it is a time of UTC (RFC 3339, the fraction of a second dropped) in local time."""
    import calendar  # noqa: PLC0415 - it loads datetime and locale, and most here is told of this very moment

    found = re.fullmatch(_UTC, text, re.ASCII)
    try:
        return text if found is None else local(calendar.timegm(time.strptime(found[1], "%Y-%m-%dT%H:%M:%S")))
    except ValueError:
        return text  # the 31st of February


def validity(moment: float, now: float | None = None) -> str:
    """How long what ends at `moment` (UTC epoch seconds) is valid, and what the clock on the wall shows then."""
    left = moment - (time.time() if now is None else now)
    if left <= 0:
        return "expired"
    form = "%H:%M" if left < DAY else "%Y-%m-%d %H:%M"
    return f"valid for {duration(left)} (until {time.strftime(form, time.localtime(moment))})"
