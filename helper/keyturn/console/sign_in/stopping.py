"""Ctrl-Z while something is typed without echo: the shell gets its echo back, and whoever goes on types unseen again.

As readpassphrase(3) does it. Python's getpass does not, and a shell that continues us leaves its own echo on.
"""

from __future__ import annotations

import os
import signal
import termios

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

TERMINAL = "/dev/tty"


class Stoppable:
    """The terminal as it is now, before `prompt` is asked without echo. Raises OSError where there is no terminal."""

    def __init__(self, prompt: str) -> None:
        self._prompt = prompt
        terminal = opened()
        try:
            self._before: list[Any] = termios.tcgetattr(terminal)
        finally:
            os.close(terminal)
        if signal.getsignal(signal.SIGTSTP) is not signal.SIG_IGN:  # a shell without jobs
            signal.signal(signal.SIGTSTP, self._stop)

    def _stop(self, number: int, _: FrameType | None) -> None:
        terminal = opened()
        try:
            silent = termios.tcgetattr(terminal)
            termios.tcsetattr(terminal, termios.TCSADRAIN, self._before)
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
            signal.signal(number, self._stop)  # here whoever continues us goes on
            if silent != self._before:
                termios.tcsetattr(terminal, termios.TCSAFLUSH, silent)
                os.write(terminal, self._prompt.encode(errors="replace"))
        finally:
            os.close(terminal)


def opened() -> int:
    """A descriptor of our terminal, for the caller to close. Raises OSError where there is none."""
    return os.open(TERMINAL, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
