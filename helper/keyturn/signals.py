"""Ctrl-C, and what else asks us to end: raised, so that whatever was made on the way is removed on the way back.

Python raises KeyboardInterrupt for SIGINT from its very start. SIGTERM and SIGHUP (the terminal is closed) would end
us where we stand: the terminal without its echo, a file half written beside the one that it was to replace.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from types import FrameType
    from typing import NoReturn
else:
    import _signal as signal  # the part in C: every call of the twin pays for what is imported here

ENDING = (signal.SIGTERM, signal.SIGHUP)
SIGNALS = (signal.SIGINT, *ENDING)


class Interrupted(BaseException):
    """A signal asks us to stop. `status`: what a shell calls the exit status of that."""

    def __init__(self, number: int) -> None:
        super().__init__(f"signal {number}")
        self.status = 128 + number


class PutOff:
    """A context manager: in the block no signal interrupts this thread; one that came does at its end.

    For what is made before it is known who removes it. A program started in the block would go on like that.
    """

    def __enter__(self) -> None:
        self._before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)

    def __exit__(self, *_: object) -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, self._before)


def heed() -> None:
    """From now on the first of SIGNALS is raised, but for what was ignored before (nohup, a shell without jobs).

    SIGINT has waited for it since the native program: as Python starts it could only end in a traceback.
    """
    for number in ENDING:
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _end)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT,))


def disregard() -> None:
    """Nothing interrupts any more: all is done, and Python takes itself apart. Raises what came before."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    raise Interrupted(number)
