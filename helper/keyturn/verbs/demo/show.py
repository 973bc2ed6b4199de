"""What the demo prints: headings, commands as one would type them, their output, and what was found."""

from __future__ import annotations

from keyturn.console.look import Look
from keyturn.folding import OURS, folded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO


class Display:
    """Writes to `stream`, folded and in colour where that is a terminal; to nowhere if None."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._look = Look(stream)

    def heading(self, text: str) -> None:
        self._line("")
        self._line(self._folded(text, "    "), "bold")

    def command(self, directory: str, command: str) -> None:
        """A command line, as it is about to be run in `directory`; whole, to be copied."""
        self._line(f"  {self._look.painted(f'{directory} $', 'dim')} {command}")

    def output(self, text: str) -> None:
        """What a command printed: our lines folded, those of others as they are."""
        for line in text.splitlines():
            shown = f"    {line.rstrip()}"
            self._line(self._folded(shown, " " * 6) if line.startswith(OURS) else shown, "dim")

    def tell(self, text: str) -> None:
        """What happens that is no command: the part of somebody else."""
        self._line(self._folded(f"  {text}", "  "), "attention")

    def green(self, finding: str, seconds: float) -> None:
        self._verdict("ok", "ok", finding, seconds)

    def skipped(self, reason: str, seconds: float) -> None:
        self._verdict("attention", "skipped", reason, seconds)

    def failed(self, finding: str, seconds: float) -> None:
        self._verdict("error", "FAILED", finding, seconds)

    def summary(self, text: str, *, good: bool) -> None:
        self._line("")
        self._line(self._folded(text, "  "), "ok" if good else "error")

    def _verdict(self, kind: str, word: str, finding: str, seconds: float) -> None:
        head = f"  {word}  "
        text = self._folded(f"{head}{finding}  {seconds:.2f} s", " " * len(head))
        self._line(f"  {self._look.painted(word, kind)}{text[len(head) - 2 :]}")

    def _folded(self, text: str, behind: str) -> str:
        return folded(text, self._look.width, behind)

    def _line(self, text: str, kind: str | None = None) -> None:
        if self._stream is not None:
            shown = "\n".join(self._look.painted(line, kind) if kind else line for line in text.split("\n"))
            self._stream.write(f"{shown}\n")
            self._stream.flush()
