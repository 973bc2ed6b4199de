"""A command on a terminal of its own: where keyturn shows a code to the person who is to sign in."""

from __future__ import annotations

import os
import pty
import select
import sys
import time

from keyturn.verbs.demo.processes import end_group
from keyturn.verbs.demo.verdicts import Failed, Skipped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import NoReturn, Self

PATIENCE = 60.0
"""Seconds for a command to say something or to end."""


class Terminal:
    """Runs `argv` as the leader of a session whose terminal is ours; a context manager that kills it at the end.

    seen: everything that appeared so far. Raises Skipped where the system has no terminals to give.
    """

    def __init__(self, argv: tuple[str, ...], environment: Mapping[str, str], directory: Path) -> None:
        self.seen = ""
        self._status: int | None = None
        sys.stdout.flush()  # the child must not write what we have not written yet
        try:
            self._pid, self._terminal = pty.fork()
        except OSError as error:
            raise Skipped(f"there is no terminal to sign in at: {error.strerror}") from None
        if self._pid == 0:
            _become(argv, environment, directory)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._status is None:
            end_group(self._pid)
            os.waitpid(self._pid, 0)
        os.close(self._terminal)

    def wait_for(self, find: Callable[[str], str | None]) -> str:
        """What `find` finds in what was seen, once it does. Raises Failed if it never does."""
        deadline = time.monotonic() + PATIENCE
        while (found := find(self.seen)) is None:
            if not self._read(deadline):
                raise Failed("the terminal did not show what it should")
        return found

    def end(self) -> int:
        """The exit status, once all has been seen. Raises Failed if it does not end."""
        deadline = time.monotonic() + PATIENCE
        while self._read(deadline):
            pass
        if time.monotonic() > deadline:
            raise Failed(f"the command did not end within {PATIENCE:.0f} s")
        self._status = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        return self._status

    def _read(self, deadline: float) -> bool:
        """Take in what appears next; False when nothing more can, or at the deadline."""
        if not select.select([self._terminal], [], [], max(0.0, deadline - time.monotonic()))[0]:
            return False
        try:
            chunk = os.read(self._terminal, 1 << 16)
        except OSError:  # Linux's way of saying that nobody has the other side open any more
            return False
        self.seen += chunk.decode(errors="replace").replace("\r\n", "\n")
        return bool(chunk)


def _become(argv: tuple[str, ...], environment: Mapping[str, str], directory: Path) -> NoReturn:
    try:
        os.chdir(directory)
        os.execvpe(argv[0], argv, dict(environment))
    finally:
        os._exit(127)
