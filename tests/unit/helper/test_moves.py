"""Hints that no command can be: one line each, and none that nothing says. What an edit cures: test_edits.py."""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path
from typing import Any

import pytest

import keyturn
import keyturnd
from keyturn import hints, moves, shell
from keyturn.errors import UsageError
from keyturn.kinds_of_hints import CURES, MOVES, SHOWS, Sentence
from keyturn.verbs.known import VERBS

SOURCES = [path for package in (keyturn, keyturnd) for path in Path(str(package.__file__)).parent.rglob("*.py")]
BUILDERS = (hints, shell, *(getattr(moves, name) for name in moves.__all__))
"""What they build is in CURES, SHOWS and MOVES once they are loaded."""
BY_ANNOTATION: dict[str, Any] = {
    "str": "work",
    "str | None": None,
    "bool": True,
    "float": 4.2,
    "float | None": 42.0,
    "Iterable[str]": ("a", "b"),
    "Command": ("keyturn", "setup", "kube"),
    "Sentence": Sentence("do this"),
}


def said(name: str) -> str:
    """What the builder says, given something of each kind that it takes."""
    arguments, options = [], {}
    for parameter in inspect.signature(MOVES[name]).parameters.values():
        value = BY_ANNOTATION[str(parameter.annotation)]
        if parameter.kind is parameter.KEYWORD_ONLY:
            options[parameter.name] = value
        else:
            arguments.append(value)
    return str(UsageError("no", MOVES[name](*arguments, **options)).hint)


@pytest.mark.parametrize("name", MOVES)
def test_it_is_one_line_of_ours(name: str) -> None:
    line = said(name)
    assert line.isprintable()
    assert line == line.strip()
    assert not line.endswith(".")
    assert not line[:1].isupper()


@pytest.mark.parametrize("name", MOVES)
def test_a_command_in_it_is_one_that_there_is(name: str) -> None:
    for verb in re.findall(r": keyturn ([a-z]+)", said(name)):
        assert verb in VERBS


def test_nothing_is_built_that_nothing_says() -> None:
    assert all(module.__name__ in sys.modules for module in BUILDERS)
    source = "".join(path.read_text(encoding="utf-8") for path in SOURCES)
    builders = {**MOVES, **CURES, **SHOWS}
    unused = [name for name in builders if len(re.findall(rf"\b{name}\b", source)) < 2]
    assert unused == []
