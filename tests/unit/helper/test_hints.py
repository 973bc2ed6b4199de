"""Hints that are commands are words, printed quoted; no hint in the source is a command that nobody has run."""

from __future__ import annotations

import ast
import inspect
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import keyturn
from keyturn import hints
from keyturn.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

HELPER = Path(str(keyturn.__file__)).parent
SOURCES = [HELPER / room for room in ("configuration", "console", "protocols", "twin", "verbs")]
ELSEWHERE = ("setup", "demo")
"""Rooms of the verbs whose hints are git's, kubectl's or for whoever watches."""
PROGRAMS = {"keyturn", "ls", "chmod", "wc", "file", "which", "rm", "mkdir", "fuser", "readlink", "type", "kubectl"}
ERRORS = re.compile(r"[A-Z]\w*(Error|Refused|Needed|Unreachable|Unavailable|Died|Failed|Denied|Loss|Bug)|Failed|Bug")


def texts(call: ast.Call) -> Iterator[str]:
    for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            yield argument.value
        elif isinstance(argument, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in argument.values)


def sources() -> Iterator[Path]:
    found = (path for source in SOURCES for path in source.rglob("*.py"))
    return (path for path in found if not set(ELSEWHERE) & set(path.parts))


def hinted_commands() -> Iterator[str]:
    """Every string among the arguments of an error that begins as a command does; X stands for what is filled in."""
    for node in (node for path in sources() for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))):
        if isinstance(node, ast.Call) and ERRORS.fullmatch(getattr(node.func, "id", getattr(node.func, "attr", ""))):
            yield from (text for text in list(texts(node))[1:] if (text.split() or [""])[0] in PROGRAMS)


def test_a_command_is_printed_as_a_shell_takes_it() -> None:
    words = ["chmod", "go-w", "/home/a b/$x"]
    printed = str(UsageError("no", words).hint)
    assert shlex.split(printed) == words
    assert UsageError("no", "a sentence, as it is: $x").hint == "a sentence, as it is: $x"


def test_every_builder_is_a_cure_or_a_show() -> None:
    builders = {name for name, value in vars(hints).items() if inspect.isfunction(value) and name[0] != "_"}
    assert builders - {"printed", "after"} == hints.CURES.keys() | hints.SHOWS.keys()
    assert not hints.CURES.keys() & hints.SHOWS.keys()


def test_the_scan_finds_what_it_is_for() -> None:
    call = ast.parse('raise UsageError("no", f"keyturn {verb} --x")').body[0]
    assert isinstance(call, ast.Raise)
    assert isinstance(call.exc, ast.Call)
    assert list(texts(call.exc)) == ["no", "keyturn X --x"]


def test_no_hint_is_a_command_in_a_string() -> None:
    assert sorted(set(hinted_commands())) == []
