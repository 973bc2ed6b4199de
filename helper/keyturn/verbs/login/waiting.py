"""What moves at the terminal while a provider or a person is waited for.

A spinner, and how long the code is still valid. A provider that says nothing is waited for as long as 45 seconds.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from functools import partial
from pathlib import Path
from threading import Event

from keyturn.console import person
from keyturn.console.look import Look
from keyturn.console.moments import MINUTE
from keyturn.console.sign_in.beside import begun

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    from keyturn.reach.client import Event as Told

TERMINAL = Path("/dev/tty")
FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
PAUSE = 0.2
"""Seconds between two frames."""
UNREMARKABLE = 1.0
"""Seconds that a provider may take for its answer without a word about it."""
CLEAR = "\r\x1b[K"


class Waiting:
    """A context manager around a request: `show` is given its events.

    qr: the address of a device code is shown as a QR code, too. Where no cursor can be moved, nothing moves.
    """

    def __init__(self, *, qr: bool = False) -> None:
        self._qr = qr
        self._spinner: Spinner | None = None

    def __enter__(self) -> Self:
        self._spin(lambda: "asking the provider, Ctrl-C gives up", after=UNREMARKABLE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def show(self, event: Told) -> None:
        """Show `event`, and spin for as long as nothing else is to be seen or typed."""
        self._stop()
        person.show(event)
        kind = event.get("event")
        if kind not in person.INVITATIONS:
            return
        if self._qr:
            _show_code(str(event.get("url")), is_for_another_screen=kind == "device-code")
        expires_at = event.get("expires_at")
        self._spin(partial(_waiting, None if expires_at is None else float(expires_at)))

    def _spin(self, says: Callable[[], str], *, after: float = PAUSE) -> None:
        if _can_move():
            self._spinner = Spinner(says, after)

    def _stop(self) -> None:
        if self._spinner is not None:
            self._spinner.stop()
            self._spinner = None


class Spinner:
    """Turns on a line of its own in another thread, until it is stopped and the line is gone.

    says: what stands beside it, asked for each frame. after: seconds until the first one.
    """

    def __init__(self, says: Callable[[], str], after: float) -> None:
        self._says, self._after = says, after
        self._ended = Event()
        self._thread = begun("spinner", self._turn)

    def stop(self) -> None:
        """Leave the terminal as it was."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def _turn(self) -> None:
        if self._ended.wait(self._after):
            return
        with contextlib.suppress(OSError), TERMINAL.open("w", encoding="utf-8") as terminal:
            for frame in itertools.cycle(FRAMES):
                terminal.write(f"{CLEAR}{frame} {self._says()}")
                terminal.flush()
                if self._ended.wait(PAUSE):
                    break
            terminal.write(CLEAR)


def _waiting(expires_at: float | None) -> str:
    return f"waiting for the sign-in{left(expires_at, time.time())}"


def left(expires_at: float | None, now: float) -> str:
    """How long the code is valid from `now` on (both UTC epoch seconds), as a clock shows it; empty if unknown."""
    if expires_at is None:
        return ""
    minutes, seconds = divmod(max(0, int(expires_at - now)), MINUTE)
    return f", {minutes}:{seconds:02} left"


def _can_move() -> bool:
    """Whether the terminal takes control sequences and more than ASCII."""
    try:
        with TERMINAL.open("w") as terminal:
            return os.environ.get("TERM", "") not in {"", "dumb"} and terminal.encoding.lower().startswith("utf")
    except OSError:
        return False


def _show_code(url: str, *, is_for_another_screen: bool) -> None:
    """A browser's address is of no use elsewhere: it leads back to this machine."""
    with contextlib.suppress(OSError), TERMINAL.open("w", encoding="utf-8") as terminal:
        if not is_for_another_screen:
            terminal.write("keyturn: this sign-in ends in a browser of this machine: there is no QR code of it\n")
            return
        from keyturn.console.sign_in import qr  # noqa: PLC0415 - a library for those who ask for it

        terminal.write("\n".join([*qr.lines(url, is_coloured=Look(terminal).is_coloured), ""]))
