"""Hints that are commands are words, printed quoted; no hint in the source is a command that nobody has run."""

from __future__ import annotations

import ast
import inspect
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import keyturn
import keyturnd
from keyturn import hints, kinds_of_hints, moves, shell
from keyturn.errors import UsageError
from keyturn.kinds_of_hints import CURES, MOVES, SHOWS, Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

HELPER = Path(str(keyturn.__file__)).parent
DAEMON = Path(str(keyturnd.__file__)).parent
BUILDERS = (hints, shell, *(getattr(moves, name) for name in moves.__all__))
ERRORS = re.compile(
    r"[A-Z]\w*(Error|Refused|Needed|Unreachable|Unavailable|Died|Failed|Denied|Loss|Bug)|Failed|Advice"
)
OURS = {"Refused", "Bug"}
BEHIND_A_KIND = {"Failed", "Failure", "Denied", "Unusable", "NoTokens"}
"""What an acquisition ends in: the hint is the third argument."""
NOT_OURS = {"OSError", "ValueError", "TimeoutError"}
INSIDE = re.compile(r"keyturn: hint: .|(?<!default): keyturn [a-z]")
"""In a text that is printed: a hint, or a command of ours behind other words."""


def is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def literal_hints(tree: ast.Module) -> Iterator[str]:
    """Texts that are hints without a builder: an argument of an error, or a line printed as a hint's."""
    explained = set(documentation(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from map(ast.unparse, filter(is_text, hints_in(node)))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and INSIDE.search(node.value):
            yield from [] if node.value in explained or node.value.startswith("usage: ") else [node.value]


def documentation(tree: ast.Module) -> Iterator[str]:
    """What is said to readers of the source: strings that are statements."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value.value


def hints_in(call: ast.Call) -> list[ast.expr]:
    """The arguments of an error that are its hint."""
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    if name == "Sentence":
        return call.args
    if name in NOT_OURS or not (name in OURS or ERRORS.fullmatch(name)):
        return []
    place = 2 if name in BEHIND_A_KIND else 1
    return [*call.args[place : place + 1], *(keyword.value for keyword in call.keywords if keyword.arg == "hint")]


def sources() -> Iterator[Path]:
    own = {Path(str(module.__file__)) for module in (kinds_of_hints, *BUILDERS)}
    return (path for root in (HELPER, DAEMON) for path in root.rglob("*.py") if path not in own)


def test_a_command_is_printed_as_a_shell_takes_it() -> None:
    words = ("chmod", "go-w", "/home/a b/$x")
    printed = str(UsageError("no", words).hint)
    assert tuple(shlex.split(printed)) == words
    assert UsageError("no", Sentence("a sentence, as it is: $x")).hint == "a sentence, as it is: $x"


@pytest.mark.parametrize("path", ["/etc", "/home/alice", "shared"])
def test_nobody_is_told_to_close_to_everybody_what_is_everybodys(path: str, tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o1777)
    place = str(tmp_path / path)  # an absolute one stays as it is
    for command in (shell.make_private_directory(place), shell.keep_others_from_writing(place)):
        assert command == ("ls", "-ld", place)
    own = str(tmp_path / "own")
    assert shell.make_private_directory(own) == ("chmod", "700", own)


def test_every_builder_is_of_one_kind() -> None:
    builders = [name for module in BUILDERS for name, value in vars(module).items() if is_builder(module, value)]
    kinds = [*CURES, *SHOWS, *MOVES]
    assert sorted(builders) == sorted(kinds)
    assert len(kinds) == len(set(kinds))


def is_builder(module: ModuleType, value: object) -> bool:
    return inspect.isfunction(value) and value.__module__ == module.__name__ and value.__name__[0] != "_"


@pytest.mark.parametrize(
    "line",
    ['raise UsageError("no", f"keyturn {verb} --x")', 'Failed(Bug, hint="no")', 'print("keyturn: hint: do this")',
     'print(f"{x} keyturn: hint: do {this}")', 'Sentence("a text")', 'print(f"{x}: keyturn login {y}")'],
)  # fmt: skip
def test_the_scan_finds_what_it_is_for(line: str) -> None:
    assert len(list(literal_hints(ast.parse(line)))) == 1


def test_the_scan_passes_over_what_has_a_builder() -> None:
    lines = 'raise UsageError("no", hints.login(name)); print(f"keyturn: hint: {printed(x)}"); OSError(5, "x y")'
    assert not list(literal_hints(ast.parse(lines)))


def test_no_hint_is_a_text_that_nobody_built() -> None:
    """Mypy refuses a text where an error's hint belongs; this finds what is printed beside errors, too."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sources()}
    found = [(path.name, hint) for path, tree in trees.items() for hint in literal_hints(tree)]
    assert found == []
