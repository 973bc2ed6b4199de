"""What the demo prints: headings, commands as one would type them, their output, and what was found."""

from __future__ import annotations

import os
import textwrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

BOLD, DIM, RED, GREEN, YELLOW = "1", "2", "31", "32", "33"
WIDTH = 100


class Display:
    """Writes to `stream`, in colour where that is wanted; to nowhere if None."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._coloured = stream is not None and wants_colour(stream)

    def heading(self, text: str) -> None:
        self._line(f"\n{self._paint(BOLD, text)}")

    def command(self, directory: str, command: str) -> None:
        """A command line, as it is about to be run in `directory`."""
        self._line(f"  {self._paint(DIM, f'{directory} $')} {command}")

    def output(self, text: str) -> None:
        """What a command printed."""
        for line in text.splitlines():
            self._line(self._paint(DIM, f"    {line.rstrip()}"))

    def tell(self, text: str) -> None:
        """What happens that is no command: the part of somebody else."""
        for line in textwrap.wrap(text, WIDTH - 2):
            self._line(self._paint(YELLOW, f"  {line}"))

    def green(self, finding: str, seconds: float) -> None:
        self._verdict(GREEN, "ok", finding, seconds)

    def skipped(self, reason: str, seconds: float) -> None:
        self._verdict(YELLOW, "skipped", reason, seconds)

    def failed(self, finding: str, seconds: float) -> None:
        self._verdict(RED, "FAILED", finding, seconds)

    def summary(self, text: str, *, good: bool) -> None:
        self._line(f"\n{self._paint(GREEN if good else RED, text)}")

    def _verdict(self, colour: str, word: str, finding: str, seconds: float) -> None:
        self._line(f"  {self._paint(colour, word)}  {finding}  {self._paint(DIM, f'{seconds:.2f} s')}")

    def _paint(self, colour: str, text: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self._coloured else text

    def _line(self, text: str) -> None:
        if self._stream is not None:
            self._stream.write(f"{text}\n")
            self._stream.flush()


def wants_colour(stream: TextIO) -> bool:
    """NO_COLOR (no-color.org) beats FORCE_COLOR beats whether somebody is looking."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"
