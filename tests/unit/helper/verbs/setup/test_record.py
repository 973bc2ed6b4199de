"""What --undo brings back, and what it does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from keyturn.errors import Refused
from keyturn.verbs.setup.git.sections import record_of_sections
from keyturn.verbs.setup.record import CREATED, Record

FILE, NAME = "/home/alice/.config/tool", "place"
TEXT, SECTION = "pass", {"helper": ["store", ""], "useHttpPath": []}
RECORDS = {"docker": lambda: Record("docker"), "kube": lambda: Record("kube"), "git": record_of_sections}


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KEYTURN_STATE", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(("tool", "former"), [("docker", TEXT), ("kube", TEXT), ("git", SECTION)])
@pytest.mark.parametrize("made", [True, ["/home/alice/.config"], []])
def test_what_was_replaced_is_known_to_the_next_run(state: Path, tool: str, former: object, made: object) -> None:
    record = RECORDS[tool]()
    record.remember(Path(FILE), NAME, former)
    record.remember(Path(FILE), CREATED, made)
    record.save()
    assert (state / f"setup-{tool}.json").is_file()
    assert [RECORDS[tool]().replaced(Path(FILE), name) for name in (NAME, CREATED)] == [former, made]


@pytest.mark.parametrize("tool", RECORDS)
@pytest.mark.parametrize(
    "entries",
    [
        {NAME: 1},
        {NAME: [1]},
        {NAME: None},
        {NAME: {"helper": "store"}},
        {NAME: {"helper": [1]}},
        {CREATED: [1]},
        [],
        1,
    ],
)
def test_what_cannot_have_stood_there_is_written_nowhere(state: Path, tool: str, entries: Any) -> None:
    (state / f"setup-{tool}.json").write_text(json.dumps({FILE: entries}))
    with pytest.raises(Refused, match=rf"setup-{tool}\.json is not what keyturn wrote"):
        RECORDS[tool]()


@pytest.mark.parametrize("content", ["[]", "{", "[" * 100_000])
def test_a_record_that_is_none_is_told(state: Path, content: str) -> None:
    (state / "setup-docker.json").write_text(content)
    with pytest.raises(Refused, match="is not what keyturn wrote"):
        Record("docker")
