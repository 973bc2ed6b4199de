"""The Retry-After header (RFC 9110 section 10.2.3)."""

from __future__ import annotations

from keyturnd.acquire.network.http_dates import moment

LONGEST = 3600.0
"""Seconds believed at most; msal has the same bound."""


def seconds(value: str | None, now: float) -> float | None:
    """Seconds to hold back from `now` (UTC epoch), or None when the header is absent or says nothing."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST)
    until = moment(text)
    return None if until is None else min(max(until - now, 0.0), LONGEST)
