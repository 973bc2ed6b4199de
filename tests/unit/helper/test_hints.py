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
from keyturn import hints, moves, shell
from keyturn.errors import UsageError
from keyturn.hints import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

HELPER = Path(str(keyturn.__file__)).parent
DAEMON = Path(str(keyturnd.__file__)).parent
BUILDERS = (hints, moves, shell)
MACHINERY = {"printed", "after", "cure", "show", "move"}
ERRORS = re.compile(
    r"[A-Z]\w*(Error|Refused|Needed|Unreachable|Unavailable|Died|Failed|Denied|Loss|Bug)|Failed|Bug|Advice"
)
PRINTED = re.compile(r"keyturn: hint: [^{]")


def is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def literal_hints(tree: ast.Module) -> Iterator[str]:
    """Texts that are hints without a builder: the second argument of an error, and lines printed as a hint's."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ERRORS.fullmatch(getattr(node.func, "id", getattr(node.func, "attr", ""))):
            hinted = [*node.args[1:2], *(keyword.value for keyword in node.keywords if keyword.arg == "hint")]
            yield from (ast.unparse(hint) for hint in hinted if is_text(hint))
        if isinstance(node, ast.expr) and is_text(node) and PRINTED.search(ast.unparse(node)):
            yield ast.unparse(node)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Sentence":
            yield ast.unparse(node)


def sources() -> Iterator[Path]:
    own = {Path(str(module.__file__)) for module in BUILDERS}
    return (path for root in (HELPER, DAEMON) for path in root.rglob("*.py") if path not in own)


def test_a_command_is_printed_as_a_shell_takes_it() -> None:
    words = ("chmod", "go-w", "/home/a b/$x")
    printed = str(UsageError("no", words).hint)
    assert tuple(shlex.split(printed)) == words
    assert UsageError("no", Sentence("a sentence, as it is: $x")).hint == "a sentence, as it is: $x"


def test_every_builder_is_of_one_kind() -> None:
    builders = [name for module in BUILDERS for name, value in vars(module).items() if is_builder(module, value)]
    kinds = [*hints.CURES, *hints.SHOWS, *hints.MOVES]
    assert sorted(builders) == sorted(kinds)
    assert len(kinds) == len(set(kinds))


def is_builder(module: ModuleType, value: object) -> bool:
    return inspect.isfunction(value) and value.__module__ == module.__name__ and value.__name__ not in MACHINERY


@pytest.mark.parametrize(
    "line",
    ['raise UsageError("no", f"keyturn {verb} --x")', 'Failed(Bug, hint="no")', 'print("keyturn: hint: do this")',
     'print(f"{x}\\nkeyturn: hint: do {this}")', 'Sentence("a text")'],
)  # fmt: skip
def test_the_scan_finds_what_it_is_for(line: str) -> None:
    assert len(list(literal_hints(ast.parse(line)))) == 1


def test_the_scan_passes_over_what_has_a_builder() -> None:
    lines = 'raise UsageError("no", hints.login(name)); print(f"keyturn: hint: {printed(x)}"); OSError(5, "x y")'
    assert not list(literal_hints(ast.parse(lines.replace("OSError", "oserror"))))


def test_no_hint_is_a_text_that_nobody_built() -> None:
    """Mypy refuses a text where an error's hint belongs; this finds what is printed beside errors, too."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sources()}
    found = [(path.name, hint) for path, tree in trees.items() for hint in literal_hints(tree)]
    assert found == []
