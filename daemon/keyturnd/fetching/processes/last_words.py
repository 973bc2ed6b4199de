"""What an acquisition wrote to stderr before it died: the reason of a broken installation, and nothing secret."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING

from keyturn.errors import one_line

if TYPE_CHECKING:
    from asyncio import StreamReader

LINES = 5
LENGTH = 200
"""Characters of a line."""
OPAQUE = r"[A-Za-z0-9_~+=%.-]{20,}"
"""What may be a secret, or a piece of one between slashes: longer than the words of an error."""
READ = 4096


async def last_words(stream: StreamReader) -> str:
    """The last lines of `stream` as one, without anything that looks like a token, once it has ended."""
    tail: deque[bytes] = deque(maxlen=2)
    while chunk := await stream.read(READ):
        tail.append(chunk)
    lines = b"".join(tail).decode("utf-8", "replace").splitlines()[-LINES:]
    return " | ".join(scrubbed(line) for line in lines if line.strip())


def scrubbed(line: str) -> str:
    """`line` on one line, shortened, with `…` for whatever may be a secret."""
    return re.sub(OPAQUE, "…", one_line(line))[:LENGTH]
