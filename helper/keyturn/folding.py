"""What people read at a terminal, folded to its width, words whole. Data and commands to paste stay as they are."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TextIO

NARROWEST, WIDEST = 60, 200
"""Columns between which a text reads well."""
OURS, HINT = "keyturn: ", "keyturn: hint: "
PROGRAM = (
    r"(?:(?:git|docker|kube)-credential-)?keyturn|kubelogin|ls|chmod|rm|wc|which|file|unset|export|env|ulimit|readlink"
    r"|df|fuser|ps|python3|docker|podman|helm|kubectl|git|curl|ssh"
)
"""What a hint that is a command begins with."""


def width_of(stream: Any) -> int | None:
    """The columns to fold to, None where `stream` is no terminal, or one that knows no width."""
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError, AttributeError):
        return None
    return min(max(columns, NARROWEST), WIDEST) if columns else None


def folded(text: str, width: int | None, behind: str = "  ") -> str:
    """`text` in lines of at most `width` columns, all but the first behind `behind`. A longer word stays whole."""
    if width is None or len(text) <= width:
        return text
    import textwrap  # noqa: PLC0415 - a helper whose lines are short does not pay for it

    told, command = _command_at_the_end(text)
    lines = textwrap.wrap(told, width, subsequent_indent=behind, break_long_words=False, break_on_hyphens=False)
    if command and lines and len(lines[-1]) + 1 + len(command) > width:
        return "\n".join([*lines, command])
    return "\n".join([*lines[:-1], " ".join([*lines[-1:], *([command] if command else [])])])


def _command_at_the_end(text: str) -> tuple[str, str]:
    """A hint's words, and the command they end in: a shell would take two lines for two commands."""
    import re  # noqa: PLC0415 - nor for this

    # The first that begins so: JSON in a command holds colons, too.
    begins = re.search(rf": (?=(?:{PROGRAM})(?: |$))", text) if text.startswith(HINT) else None
    return (text[: begins.end() - 1], text[begins.end() :]) if begins else (text, "")


class Folding:
    """A stream to a terminal, that folds the lines which begin with our name."""

    def __init__(self, stream: TextIO, width: int) -> None:
        self._stream = stream
        self._width = width

    def write(self, text: str) -> int:
        """Each line of ours folded."""
        lines = text.split("\n")
        shown = (folded(line, self._width) if line.startswith(OURS) else line for line in lines)
        self._stream.write("\n".join(shown))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        """Everything else is the stream's own."""
        return getattr(self._stream, name)


def fold_standard_streams() -> None:
    """Let standard output and error fold, where they are terminals."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and (width := width_of(stream)) is not None:
            setattr(sys, name, Folding(stream, width))
