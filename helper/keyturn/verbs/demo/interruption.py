"""Ctrl-C, and its relatives, where they cannot leave anything half done."""

from __future__ import annotations

import signal
from contextlib import contextmanager

from keyturn.signals import SIGNALS, Interrupted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType
    from typing import Self


class Interruption:
    """A context manager that hears SIGNALS but those that were ignored before; the first is raised where it may be.

    Python raises between any two steps: where something is made, before it is known who removes it, and where it is
    removed. So a signal is kept for the next block that is `heeded`, and from the first on no other is heard, for
    what cleans up after it is everywhere.
    """

    def __init__(self) -> None:
        self._first: int | None = None
        self._heeded = False

    def __enter__(self) -> Self:
        before = {number: signal.getsignal(number) for number in SIGNALS}
        self._before = {number: handler for number, handler in before.items() if handler is not signal.SIG_IGN}
        for number in self._before:
            signal.signal(number, self._came)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """In the block a signal raises Interrupted, and so does its beginning if one came before."""
        self._heed()
        try:
            yield
        finally:
            self._heeded = False

    @contextmanager
    def put_off(self) -> Iterator[None]:
        """In the block, where it is in one that is heeded, a signal has to wait for the end.

        For the start of a process: interrupted before it has a name, nobody would end it.
        """
        heeded, self._heeded = self._heeded, False
        try:
            yield
        finally:
            if heeded:
                self._heed()

    def _heed(self) -> None:
        self._heeded = True
        if self._first is not None:
            self._raise(self._first)

    def _came(self, number: int, _frame: FrameType | None) -> None:
        if self._first is None:
            self._first = number
            if self._heeded:
                self._raise(number)

    def _raise(self, number: int) -> None:
        self._heeded = False
        raise Interrupted(number)
