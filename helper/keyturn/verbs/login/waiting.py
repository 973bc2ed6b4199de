"""What moves at the terminal while a person is waited for: a spinner, and how long the code is still valid."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from threading import Event

from keyturn.console import person
from keyturn.console.look import Look
from keyturn.console.moments import MINUTE
from keyturn.console.sign_in.beside import begun

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from keyturn.reach.client import Event as Told

TERMINAL = Path("/dev/tty")
FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
PAUSE = 0.2
"""Seconds between two frames."""
CLEAR = "\r\x1b[K"


class Waiting:
    """A context manager around a request: `show` is given its events.

    qr: the address of a device code is shown as a QR code, too. Where no cursor can be moved, nothing moves.
    """

    def __init__(self, *, qr: bool = False) -> None:
        self._qr = qr
        self._spinner: Spinner | None = None

    def __enter__(self) -> Self:
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
        if _can_move():
            self._spinner = Spinner(event.get("expires_at"))

    def _stop(self) -> None:
        if self._spinner is not None:
            self._spinner.stop()
            self._spinner = None


class Spinner:
    """Turns on a line of its own in another thread, until it is stopped and the line is gone."""

    def __init__(self, expires_at: float | str | None) -> None:
        self._expires_at = None if expires_at is None else float(expires_at)
        self._ended = Event()
        self._thread = begun("spinner", self._turn)

    def stop(self) -> None:
        """Leave the terminal as it was."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def _turn(self) -> None:
        with contextlib.suppress(OSError), TERMINAL.open("w", encoding="utf-8") as terminal:
            frame = 0
            while not self._ended.wait(PAUSE):
                frame = (frame + 1) % len(FRAMES)
                terminal.write(f"{CLEAR}{FRAMES[frame]} waiting for the sign-in{left(self._expires_at, time.time())}")
                terminal.flush()
            terminal.write(CLEAR)


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
