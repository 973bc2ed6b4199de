"""The Retry-After header (RFC 9110 section 10.2.3)."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

LONGEST = 3600.0
"""Seconds believed at most; msal has the same bound."""


def seconds(value: str | None, now: float) -> float | None:
    """Seconds to hold back from `now` (UTC epoch), or None when the header is absent or says nothing."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return min(max(moment.timestamp() - now, 0.0), LONGEST)
