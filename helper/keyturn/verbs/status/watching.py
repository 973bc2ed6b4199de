"""`keyturn status --watch`: the status on a screen of its own, drawn anew every two seconds."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress

from keyturn import hints
from keyturn.console.look import Look
from keyturn.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import FrameType

PAUSE = 2.0
"""Seconds: bars move by minutes, and whoever has just acted elsewhere looks up a moment later."""
OPENED, CLOSED = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
"""xterm's alternate screen without a cursor, and the way back: the shell's lines are as they were."""
HOME, REST, BELOW = "\x1b[H", "\x1b[K", "\x1b[J"
"""The upper left corner; clear the rest of the line, and what is below. A screen cleared first would flicker."""

LEAVING = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGTSTP)
"""What ends or stops it but Ctrl-C: the shell would go on in that screen, without a cursor."""


def watch(lines: Callable[[Look], Iterable[str]], *, as_json: bool) -> int:
    """Show `lines` until Ctrl-C, which is the way to end it and no failure. Raises UsageError without a terminal."""
    if as_json or sys.stdout is None or not sys.stdout.isatty() or os.environ.get("TERM", "") in {"", "dumb"}:
        raise UsageError("--watch draws on a terminal, for people", hints.verb("status"))
    for number in LEAVING:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup, or a shell without jobs
            signal.signal(number, _leave)
    try:
        sys.stdout.write(OPENED)
        while True:
            _draw(list(lines(Look(sys.stdout))))
            time.sleep(PAUSE)
    except KeyboardInterrupt:
        return 0
    finally:
        sys.stdout.write(CLOSED)
        sys.stdout.flush()


def _leave(number: int, _: FrameType | None) -> None:
    """Give the screen back, and let the signal do what it does; whoever goes on after a stop takes it again.

    Written past Python's buffer, which may be just being written.
    """
    terminal = sys.stdout.fileno()
    with suppress(OSError):  # it is gone
        os.write(terminal, CLOSED.encode())
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    signal.signal(number, _leave)
    with suppress(OSError):
        os.write(terminal, OPENED.encode())


def _draw(told: list[str]) -> None:
    """As many lines as there is room for, the first ones: they say what needs somebody."""
    rows = [row for line in told for row in line.split("\n")]
    room = os.get_terminal_size(sys.stdout.fileno()).lines or None  # a serial console knows no size
    sys.stdout.write(HOME + "\n".join(f"{row}{REST}" for row in rows[:room]) + BELOW)
    sys.stdout.flush()
