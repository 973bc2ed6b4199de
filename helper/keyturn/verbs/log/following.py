"""`keyturn log --follow`: each line as the daemon writes it, in whichever file it goes on."""

from __future__ import annotations

import os
import time
from contextlib import closing

from keyturn.verbs.log.files import NAMES, lines_of, opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import TextIO

PAUSE = 0.25
"""Seconds: the lines of answers are written up to a second late anyway."""


def followed(directory: Path, number: int, pause: Callable[[], None] = lambda: time.sleep(PAUSE)) -> Iterator[str]:
    """The last `number` lines of the log in `directory`, then each that comes, until `pause` raises.

    Both are read from one open file, so that no line falls between them. Raises StateError.
    """
    with closing(Growing(directory / NAMES[-1])) as growing:
        yield from [*lines_of(directory / NAMES[0]), *growing.lines()][-number:]
        while True:
            pause()
            yield from growing.lines()


class Growing:
    """The file at `path`, by its name as `tail -F`: put away at 1 MiB, it ends, and another one goes on there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: TextIO | None = None
        self._begun = ""

    def lines(self) -> Iterator[str]:
        """The whole lines that have come since the last call; none as long as there is no file."""
        self._file = self._file or opened(self._path)
        while self._file is not None:
            has_ended = self._is_put_away(self._file)  # asked first: all that it will ever hold is read below
            yield from self._rest_of(self._file)
            if not has_ended:
                return
            ended, self._begun = self._file, ""
            with ended:
                self._file = self._behind(ended)

    def close(self) -> None:
        """No more of it."""
        _close(self._file)

    def _behind(self, ended: TextIO) -> TextIO | None:
        """The file that goes on after `ended`: put away itself by now where two MiB came within a pause.

        That one is looked for last: what is opened before cannot be put away unseen. Of three the second is gone.
        """
        going_on, put_away = opened(self._path), opened(self._path.with_name(NAMES[0]))
        if put_away is None or any(_is_same(put_away, file) for file in (ended, going_on)):
            _close(put_away)
            return going_on
        _close(going_on)
        return put_away

    def _rest_of(self, file: TextIO) -> Iterator[str]:
        if _is_cut(file):
            file.seek(0)
            self._begun = ""
        for piece in iter(file.readline, ""):
            self._begun += piece
            if piece.endswith("\n"):
                yield self._begun.removesuffix("\n")
                self._begun = ""

    def _is_put_away(self, file: TextIO) -> bool:
        """Whether the name leads to another file by now; between two, it leads nowhere."""
        try:
            return not os.path.samestat(os.stat(self._path), os.fstat(file.fileno()))  # noqa: PTH116 - as with fstat
        except FileNotFoundError:
            return False


def _is_cut(file: TextIO) -> bool:
    """Whether somebody has emptied it (`: >keyturnd.log`): what is written then stands where we have been."""
    return file.seekable() and os.fstat(file.fileno()).st_size < os.lseek(file.fileno(), 0, os.SEEK_CUR)


def _is_same(one: TextIO, other: TextIO | None) -> bool:
    return other is not None and os.path.samestat(os.fstat(one.fileno()), os.fstat(other.fileno()))


def _close(file: TextIO | None) -> None:
    if file is not None:
        file.close()
