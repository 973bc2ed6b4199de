"""The standard input of a helper call."""

from __future__ import annotations

import sys

from keyturn.errors import UsageError

LIMIT = 1 << 20
BLANK_LINES = {b"\n", b"\r\n"}


def to_blank_line() -> bytes:
    """What git says: it ends with a blank line, whoever holds the pipe open. Raises as standard_input does.

    git itself reads so (credential.c, credential_read), and takes a CR before the line feed for part of the end.
    """
    lines: list[bytes] = []
    length = 0
    while sys.stdin is not None and length <= LIMIT and (line := sys.stdin.buffer.readline(LIMIT + 1 - length)):
        lines.append(line)
        length += len(line)
        if line in BLANK_LINES:
            break
    return _within_limit(b"".join(lines))


def standard_input() -> bytes:
    """All of it, empty where it is closed. Raises UsageError when it is longer than the daemon would take."""
    return _within_limit(sys.stdin.buffer.read(LIMIT + 1) if sys.stdin is not None else b"")


def _within_limit(body: bytes) -> bytes:
    if len(body) > LIMIT:
        raise UsageError("standard input exceeds 1 MiB")
    return body
