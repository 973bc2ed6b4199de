"""Where a secret is read from: never from the command line, which every user of the machine can see."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from keyturn.console import person
from keyturn.errors import UsageError
from keyturn.protocols.surroundings import is_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.kinds_of_hints import Hint

LIMIT = 64 << 10
"""Bytes; the daemon refuses much shorter ones already."""

SOURCES = "-, @FILE or env:NAME"
HELP = "where to read it: - (standard input), @FILE, env:NAME; never the secret itself"


def is_source(text: str) -> bool:
    """Whether `text` names a source. What does not is most likely a secret, and must not be repeated."""
    return text == "-" or (text[:1] == "@" and len(text) > 1) or (text[:4] == "env:" and len(text) > 4)


def check_source(source: str | None, hint: Hint) -> None:
    """Raises UsageError, with `hint`, for a `source` that is none.

    To be called before anything else that is typed can be found wrong: another error's hint may be all that was
    typed, with the secret in it (keyturn.main).
    """
    if source is not None and not is_source(source):
        raise UsageError(f"a secret is not given on the command line: expected {SOURCES}", hint)


def read_secret(source: str | None, prompt: str, hint: Hint) -> str:
    """The secret from `source`: `@FILE`, `env:NAME`, or `-` or None for whatever stands at standard input.

    At a terminal that is a prompt without echo, for `-` too: it would show what is typed. One line end is
    removed. `hint` names the right command.
    Raises UsageError, also for a source that is none.
    """
    check_source(source, hint)
    if source is None or source == "-":
        return person.ask_secret(prompt, hint) if _stdin_is_terminal() else _from_stdin(hint)
    if source.startswith("@"):
        return _from_file(source[1:], hint)
    value = os.environ.get(source[4:])
    if value is None:
        raise UsageError(f"{source[4:]} is not set", hint)
    if not is_text(value):
        raise UsageError(f"{source[4:]} is not UTF-8", hint)
    return value


def _stdin_is_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _from_stdin(hint: Hint) -> str:
    content = sys.stdin.buffer.read(LIMIT + 1) if sys.stdin is not None else b""
    return _text(content, "standard input", hint)


def _from_file(name: str, hint: Hint) -> str:
    try:
        with Path(name).open("rb") as file:
            return _text(file.read(LIMIT + 1), name, hint)
    except OSError as error:
        raise UsageError(f"cannot read {name}: {(error.strerror or 'unknown reason').lower()}", hint) from None


def _text(content: bytes, where: str, hint: Hint) -> str:
    if len(content) > LIMIT:
        raise UsageError(f"{where} is too long for a secret", hint)
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise UsageError(f"{where} is not UTF-8", hint) from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise UsageError(f"{where} holds no secret", hint)
    return text
