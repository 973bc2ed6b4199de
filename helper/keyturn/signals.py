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

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """A signal asks us to stop. `status`: what a shell calls the exit status of that."""

    def __init__(self, number: int) -> None:
        super().__init__(f"signal {number}")
        self.status = 128 + number


class PutOff:
    """A context manager: in the block no signal interrupts; the first that came does at its end.

    For what is made before it is known who removes it. Python handles a signal in its first thread, whichever the
    kernel gave it to: the mask of one thread would keep none away.
    """

    depth = 0
    came: int | None = None

    def __enter__(self) -> None:
        PutOff.depth += 1

    def __exit__(self, *_: object) -> None:
        PutOff.depth -= 1
        if PutOff.depth == 0 and (number := PutOff.came) is not None:
            PutOff.came = None
            _interrupt(number)


def heed() -> None:
    """From now on SIGNALS are raised, but for what was ignored before (nohup, a shell without jobs).

    SIGINT has waited for it since the native program: as Python starts it could only end in a traceback.
    """
    for number in SIGNALS:
        if signal.getsignal(number) in {signal.SIG_DFL, signal.default_int_handler}:
            signal.signal(number, _hear)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT,))


def disregard() -> None:
    """Nothing interrupts any more: all is done, and Python takes itself apart. Raises what came before."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _hear(number: int, _frame: FrameType | None) -> None:
    if PutOff.depth == 0:
        _interrupt(number)
    PutOff.came = PutOff.came or number


def _interrupt(number: int) -> NoReturn:
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise Interrupted(number)
