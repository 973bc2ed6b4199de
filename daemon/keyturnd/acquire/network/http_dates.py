"""Moments in HTTP headers (RFC 9110 section 5.6.7)."""

from __future__ import annotations

from email.utils import parsedate_to_datetime


def moment(text: str) -> float | None:
    """UTC epoch seconds, None for what is no date, or none that a clock could show."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):  # the latter for a number of too many digits, which nothing documents
        return None
