"""The standard input of a helper call."""

from __future__ import annotations

import sys

from keyturn.errors import UsageError

LIMIT = 1 << 20


def standard_input() -> bytes:
    """All of it, empty where it is closed. Raises UsageError when it is longer than the daemon would take."""
    body = sys.stdin.buffer.read(LIMIT + 1) if sys.stdin is not None else b""
    if len(body) > LIMIT:
        raise UsageError("standard input exceeds 1 MiB")
    return body
