"""A program on a terminal of its own: what a person would see there, and what they would type."""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from support.machine import on_terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

PATIENCE = 60.0
"""Seconds until a test gives up on a program that should have said something or ended."""

INTERRUPT = "\x03"
END_OF_INPUT = "\x04"


class Terminal:
    """Runs `command` in a new session with a new controlling terminal, as a context manager.

    Standard input, output and error are the terminal, unless `piped`: then they are pipes of `process`, and only what
    the program asks of /dev/tty goes through here. Whatever still runs at the end of the block is killed.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], directory: Path, *, piped: bool = False
    ) -> None:
        self.seen = ""
        # Our copy of the slave stays open: whenever nobody else has one the terminal would count as hung up.
        self._master, self._slave = os.openpty()
        self._open: tuple[int, ...] = (self._slave, self._master)
        os.set_blocking(self._master, False)
        _keep_line_ends(self._slave)
        stream = subprocess.PIPE if piped else self._slave
        self.process = subprocess.Popen(
            [sys.executable, str(Path(on_terminal.__file__)), os.ttyname(self._slave), *command],
            stdin=stream, stdout=stream, stderr=stream, env=dict(environment), cwd=directory, start_new_session=True,
        )  # fmt: skip
        self._ended = os.pidfd_open(self.process.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        self.process.wait()
        os.close(self._ended)
        self.hang_up()

    def type(self, text: str) -> None:
        """Type `text`; INTERRUPT is Ctrl-C and reaches whoever is in the foreground. A lone surrogate is a byte."""
        os.write(self._master, text.encode(errors="surrogateescape"))

    def interrupt(self, number: int) -> None:
        """The signal as a person or a system sends it: SIGINT by Ctrl-C, another one to the program alone."""
        if number == signal.SIGINT:
            self.type(INTERRUPT)
        else:
            self.process.send_signal(number)

    def hang_up(self) -> None:
        """Close it, as a window is closed or a connection is lost; a `piped` program can still be heard."""
        for descriptor in self._open:
            os.close(descriptor)
        self._open = ()

    def wait_for(self, pattern: str) -> re.Match[str]:
        """The first match of the regular expression in everything seen so far, waited for."""
        deadline = time.monotonic() + PATIENCE
        while (found := re.search(pattern, self.seen)) is None:
            assert self._watch(deadline), f"{pattern!r} did not appear in {self.seen!r}"
        return found

    def wait_for_silence(self) -> None:
        """Wait until the program has turned the echo off: from then on what is typed stays invisible."""
        deadline = time.monotonic() + PATIENCE
        while self.echoes():
            assert time.monotonic() < deadline, f"the echo stays on after {self.seen!r}"
            assert self._watch(time.monotonic() + 0.01) or self.process.poll() is None, self.seen

    def echoes(self) -> bool:
        """Whether what is typed is shown."""
        return bool(termios.tcgetattr(self._slave)[3] & termios.ECHO)

    def end(self) -> int:
        """Wait for the program's end; its exit status (negative: the signal that ended it)."""
        deadline = time.monotonic() + PATIENCE
        while self._watch(deadline):
            pass
        return self.process.wait(max(0.0, deadline - time.monotonic()))

    def play(self, answers: Mapping[str, Callable[[re.Match[str]], str]]) -> int:
        """Type the answer to each question (a regular expression) as it appears, until the end; the exit status."""
        deadline, read = time.monotonic() + PATIENCE, 0
        while self._watch(deadline):
            for question, answer in answers.items():
                while (found := re.compile(question).search(self.seen, read)) is not None:
                    read = found.end()
                    self.type(answer(found))
        assert self.process.poll() is not None, f"it goes on after {self.seen!r}"
        return self.process.wait()

    def _watch(self, deadline: float) -> bool:
        """Take in what appeared; False at the deadline, or when the program is gone and all has been seen."""
        select.select([self._master, self._ended], [], [], max(0.0, deadline - time.monotonic()))
        with contextlib.suppress(BlockingIOError):
            self.seen += os.read(self._master, 1 << 16).decode(errors="replace")
            return True
        return False


def _keep_line_ends(terminal: int) -> None:
    """Lines end in a plain line feed, as the program wrote them."""
    settings = termios.tcgetattr(terminal)
    settings[1] &= ~termios.ONLCR
    termios.tcsetattr(terminal, termios.TCSANOW, settings)
