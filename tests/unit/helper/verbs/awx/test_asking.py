"""Rows of an AWX as people read them: each word in them is the server's."""

from __future__ import annotations

from typing import Any

import pytest

from keyturn.errors import UsageError
from keyturn.main import dispatch
from keyturn.verbs.awx.asking import table

COLUMNS = {"ID": "id", "USER": None, "DESCRIPTION": "description"}
CONTROL = "a\x1b[2J\u202eb"


@pytest.mark.parametrize(
    "said",
    [
        {"summary_fields": {"user": {"username": CONTROL}}},
        {"summary_fields": None, "username": CONTROL},
        {"summary_fields": {"user": None}, "user": CONTROL},
        {"summary_fields": {"user": {"username": [CONTROL]}}, "user": CONTROL},
        {"summary_fields": [CONTROL], "user": CONTROL},
    ],
)
def test_no_word_controls_the_terminal(said: dict[str, Any]) -> None:
    heading, line = table([{"id": 1, "description": CONTROL, **said}], COLUMNS)
    assert heading.split() == ["ID", "USER", "DESCRIPTION"]
    assert line.isprintable()
    assert line.split() == ["1", "a", "[2J", "b", "a", "[2J", "b"]


@pytest.mark.parametrize("said", [{}, {"summary_fields": None}, {"summary_fields": {"user": 7}}, {"user": None}])
def test_whose_it_is_may_be_unknown(said: dict[str, Any]) -> None:
    assert list(table([{"id": 1, **said}], {"ID": "id", "USER": None})) == ["ID  USER", "1"]


@pytest.mark.parametrize("words", [["tokens", "list", "--application"], ["applications", "show"]])
def test_an_id_is_a_number(words: list[str]) -> None:
    with pytest.raises(UsageError) as raised:
        dispatch(["awx", *words, "hunter2"])
    assert raised.value.sentence.endswith("expected an id, which is a number")
    assert "hunter2" not in raised.value.lines()
