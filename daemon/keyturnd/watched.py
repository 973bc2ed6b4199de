"""Whether a file whose words we obey is still the one that was read, asked with every request."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from keyturn.configuration import trusted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOTHING_READ = ()
"""No file's stamp, nor that of a missing one: the next look finds another, whatever is there."""
DIRECTORY_ROUND = 1.0
"""Seconds between two looks at owner and mode of the directory while all is well."""


class Watched:
    """One stat each time. now: seconds on a clock that never jumps."""

    def __init__(self, path: Path, now: Callable[[], float] = time.monotonic) -> None:
        self._path = os.fspath(path)
        self._now = now
        self._file: tuple[int, ...] | None = NOTHING_READ
        self._directory: tuple[int, ...] | None = None
        self._next_round = 0.0
        """When the directory is looked at again. Where something is wrong the cure may be there: at each request."""

    def look(self) -> None:
        """Remember what is there. To be called ahead of reading it: a write in between is then seen by `same`."""
        self._directory = trusted.directory_stamp(self._path)
        self._file = trusted.file_stamp(self._path)

    def judge(self, *, good: bool) -> None:
        """What was read is `good`, or something is wrong with it."""
        self._next_round = self._now() + DIRECTORY_ROUND if good else 0.0

    def forget(self) -> None:
        """Nothing could be read: it is not the `same` until it has been."""
        self._file = NOTHING_READ

    def same(self) -> bool:
        """Whether reading it now would end as it did after the last `look`; no where it was never looked at."""
        if trusted.file_stamp(self._path) != self._file:
            return False
        return self._now() < self._next_round or self._is_directory_same()

    def _is_directory_same(self) -> bool:
        if self._next_round:
            self.judge(good=True)
        return trusted.directory_stamp(self._path) == self._directory
