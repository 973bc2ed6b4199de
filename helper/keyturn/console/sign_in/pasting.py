"""The address that a browser ended on elsewhere: typed or pasted without echo, while the sign-in may end without it.

The terminal is read byte by byte: line by line it would cut off what is longer than 4095 characters, and some
providers' codes are.
"""

from __future__ import annotations

import atexit
import os
import termios
from contextlib import suppress

from keyturn.console.sign_in.beside import begun
from keyturn.console.sign_in.stopping import Stoppable, opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST = 64 << 10
ENDS = b"\r\n\x04"
"""Enter, and Ctrl-D."""
ERASE = b"\x7f\b"
KILL = b"\x15"


def is_heard() -> bool:
    """Whether what is typed at the terminal is for us; it may have been closed by now.

    Behind `&`, or below a `timeout`, it is somebody else's, and whoever changes or reads it from there is stopped
    (SIGTTOU, SIGTTIN: termios(3)). A browser's sign-in ends without it.
    """
    try:
        terminal = opened()
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    finally:
        os.close(terminal)


class Paste:
    """One question. `answered` is called with the line, in another thread; a closed terminal has none."""

    def __init__(self, prompt: str, answered: Callable[[str], None]) -> None:
        self._answered = answered
        Stoppable(prompt)
        self._terminal = opened()
        self._before = termios.tcgetattr(self._terminal)
        self._open = True
        atexit.register(self.close)
        self._hush()
        os.write(self._terminal, prompt.encode())
        if begun("paste", self._read) is None:
            self.close()

    def close(self) -> None:
        """The terminal as it was; what is typed from now on is for others."""
        if self._open:
            self._open = False
            atexit.unregister(self.close)
            with suppress(OSError, termios.error):  # it is gone, and nohup lets us go on
                os.write(self._terminal, b"\n")  # or what follows would stand behind the prompt
                termios.tcsetattr(self._terminal, termios.TCSAFLUSH, self._before)

    def _hush(self) -> None:
        silent = termios.tcgetattr(self._terminal)
        silent[3] &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(self._terminal, termios.TCSAFLUSH, silent)

    def _read(self) -> None:
        line = self._line()
        if self._open and line is not None:
            self.close()
            self._answered(line.decode(errors="replace"))

    def _line(self) -> bytes | None:
        """What is typed up to one of ENDS; None where the terminal is closed before."""
        line = b""
        while len(line) < LONGEST:
            try:
                byte = os.read(self._terminal, 1)
            except OSError:
                return None
            if not byte:
                return None
            if byte in ENDS:
                break
            line = edited(line, byte)
        return line


def edited(line: bytes, byte: bytes) -> bytes:
    """`line` after one more key: what a terminal that reads lines would make of it."""
    if byte in ERASE:
        return line[:-1]
    return b"" if byte == KILL else line + byte
