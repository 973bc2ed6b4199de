"""The daemon's log on disk: the file that it writes, and the one before."""

from __future__ import annotations

import os
from itertools import chain

from keyturn import shell
from keyturn.errors import StateError
from keyturn.reach.paths import state_directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import TextIO

NAMES = ("keyturnd.log.1", "keyturnd.log")
"""Oldest first. The daemon begins anew at 1 MiB and keeps the log before."""


def last_lines(number: int) -> list[str]:
    """The last so many lines, as the daemon wrote them. Raises StateError."""
    directory = state_directory()
    return list(chain.from_iterable(lines_of(directory / name) for name in NAMES))[-number:]


def lines_of(path: Path) -> Iterator[str]:
    """All lines of one file, none where it is not there. Raises StateError."""
    if (file := opened(path)) is not None:
        with file:
            yield from (line.rstrip("\n") for line in file)


def opened(path: Path) -> TextIO | None:
    """The file, None where there is none. Raises StateError."""
    try:
        return open(path, encoding="utf-8", errors="backslashreplace", opener=not_waiting)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StateError(f"cannot read {path}: {(error.strerror or '').lower()}", shell.listing(str(path))) from None


def not_waiting(path: str, flags: int) -> int:
    """Open without waiting for the writer of a FIFO, which reads as empty."""
    return os.open(path, flags | os.O_NONBLOCK)
