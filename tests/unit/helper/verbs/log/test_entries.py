"""The log's lines as data: what the daemon writes comes back as it was."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from keyturn.verbs.log.entries import parsed
from keyturnd import journal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    journal.open_log(tmp_path, "info")
    yield tmp_path / journal.LOG_NAME
    for handler in list(journal.logger.handlers):
        journal.logger.removeHandler(handler)
        handler.close()


@pytest.mark.parametrize(
    "value",
    ["plain", "two words", "", "it's", "both \" and '", "line\nbreak", "a=b c=d", "back\\slash end", "schön da"],
)
def test_values_come_back(value: str, log: Path) -> None:
    journal.note("socket lost", logging.ERROR, reason=value, pid=7)
    entry = parsed(log.read_text(encoding="utf-8").removesuffix("\n"))
    assert entry.pop("time").endswith("Z")
    assert entry == {"level": "error", "message": "socket lost", "values": {"reason": value, "pid": "7"}}


def test_a_message_without_values(log: Path) -> None:
    journal.note("socket lost")
    entry = parsed(log.read_text(encoding="utf-8").removesuffix("\n"))
    assert (entry["message"], entry["values"]) == ("socket lost", {})


def test_a_line_of_another_form_is_kept_as_it_is() -> None:
    assert parsed("what") == {"message": "what"}
