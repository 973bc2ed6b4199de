"""The edit that a hint asks for cures the mistake it is printed for: each vector's, made as printed."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import tomlkit

from keyturn.configuration import config
from keyturn.configuration.tables import Table
from keyturn.errors import ConfigError
from support import places

if TYPE_CHECKING:
    from collections.abc import Callable

MISTAKES = sorted((places.VECTORS / "config/mistakes").glob("*.toml"))
FILE = Path("FILE")
SENTENCE = re.compile(r'FILE: (?P<path>(?:[A-Za-z0-9_-]+|"[^"]*")(?:\.(?:[A-Za-z0-9_-]+|"[^"]*"))*): (?P<problem>.*)')
PART = re.compile(r'"([^"]*)"|([A-Za-z0-9_-]+)')

Document = dict[str, Any]


def mistake_in(text: str) -> ConfigError | None:
    try:
        config.parse(FILE, text.encode())
    except ConfigError as error:
        return error
    return None


def parts(path: str) -> list[str]:
    return [quoted or bare for quoted, bare in PART.findall(path)]


def put(document: Document, path: list[str], line: str) -> None:
    """The line `key = value`, the first where there is a choice, in the table that the mistake is in."""
    [(key, value)] = tomllib.loads(line.partition(" or ")[0]).items()
    table = inner(document, path[:-1])
    table.pop(written(table, path[-1]), None)
    table[key] = value


def inner(document: Document, path: list[str]) -> Any:
    """The table at `path`; a target that is written as the name of a profile becomes one."""
    found: Any = document
    for part in path:
        key = written(found, part)
        if isinstance(found[key], str):
            found[key] = {"profile": found[key]}
        found = found[key]
    return found


def written(table: Document, shown: str) -> str:
    """The key that is shown as `shown`: without what may be a password, and not too long."""
    return next((key for key in table if parts(Table(FILE, "", {}).path_of(key)) == [shown]), shown)


def drop(document: Document, path: list[str], _: str) -> None:
    table = inner(document, path[:-1])
    del table[written(table, path[-1])]


def allow(document: Document, _: list[str], hint: str) -> None:
    protocol, profile = re.fullmatch(r'"(\w+)" to protocols of profile (\w+) in FILE', hint).groups()  # type: ignore[union-attr]
    document["profile"][profile]["protocols"].append(protocol)


EDITS: dict[str, Callable[[Document, list[str], str], None]] = {
    "for example: ": put,
    "add ": lambda document, path, hint: (allow if hint.startswith('"') else put)(document, path, hint),
    "remove one of them": drop,
    "remove ": drop,
}


def edits() -> list[Any]:
    """Each vector whose hint is an edit that can be read from the hint alone."""
    found = []
    for vector in MISTAKES:
        error = mistake_in(vector.read_text("utf-8"))
        begins = next((start for start in EDITS if error is not None and str(error.hint).startswith(start)), None)
        if error is not None and str(error.hint).startswith("add [profile.NAME]"):
            continue  # which profile, only the person knows
        if error is not None and begins is not None and SENTENCE.fullmatch(error.sentence):
            found.append(pytest.param(vector, begins, id=vector.stem))
    return found


@pytest.mark.parametrize(("vector", "begins"), edits())
def test_the_edit_cures_the_mistake(vector: Path, begins: str) -> None:
    text = vector.read_text("utf-8")
    error = mistake_in(text)
    assert error is not None
    document = tomllib.loads(text)
    path = parts(SENTENCE.fullmatch(error.sentence)["path"])  # type: ignore[index]
    EDITS[begins](document, path, str(error.hint).removeprefix(begins))
    left = mistake_in(tomlkit.dumps(document))
    assert left is None or left.sentence != error.sentence
