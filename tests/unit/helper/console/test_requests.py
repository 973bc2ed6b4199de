"""What verbs print of answers: nothing that a server says ends its line, or speaks to the terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from keyturn.console.requests import print_facts, print_json

if TYPE_CHECKING:
    import pytest

FORGED = "mine\nkeyturn: error: no\x1b[2J\x9b31m\u202e"


def test_facts_stay_in_their_lines(capsys: pytest.CaptureFixture[str]) -> None:
    print_facts({"description": FORGED, f"x{FORGED}": 1, "id": 7})
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert all(line.isprintable() for line in lines)
    assert lines[2].split() == ["id", ":", "7"]


def test_json_says_it_all_and_in_plain_letters_where_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"name": "J\u00f6rg"})
    assert "J\u00f6rg" in capsys.readouterr().out
    print_json({"name": FORGED})
    shown = capsys.readouterr().out
    assert shown.replace("\n", "").isprintable()
    assert json.loads(shown) == {"name": FORGED}
