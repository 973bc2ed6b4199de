"""The log while what it is written to does not answer: nobody waits for it, and no line of it is lost."""

from __future__ import annotations

import logging
from threading import Event
from typing import TYPE_CHECKING

import pytest

from keyturnd import aside, journal
from keyturnd.aside import MOST, Aside
from support.machine.threads import none_to_be_had

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Disk(logging.Handler):
    """Writes once it answers."""

    def __init__(self) -> None:
        super().__init__()
        self.answers, self.written = Event(), list[str]()

    def emit(self, record: logging.LogRecord) -> None:
        assert self.answers.wait(30)
        self.written.append(record.msg)


@pytest.fixture
def disk() -> Iterator[Disk]:
    made = Disk()
    yield made
    made.answers.set()


def say(handler: Aside, *words: str) -> None:
    for word in words:
        handler.handle(logging.makeLogRecord({"msg": word}))


def test_a_line_is_there_when_the_answer_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "PATIENCE", 30)
    journal.open_log(tmp_path, "info")
    journal.write_aside()
    try:
        journal.note("first")
        assert (tmp_path / journal.LOG_NAME).read_text("utf-8").endswith(" INFO first\n")
        journal.open_log(tmp_path, "info")
        assert isinstance(journal.logger.handlers[0], Aside)
    finally:
        for handler in list(journal.logger.handlers):
            journal.logger.removeHandler(handler)
            handler.close()
        journal.logger.propagate = True


def test_nobody_waits_for_a_disk_that_does_not_answer(disk: Disk) -> None:
    handler = Aside(disk)
    say(handler, "one", "two", "three")
    assert disk.written == []
    disk.answers.set()
    handler.close()
    assert disk.written == ["one", "two", "three"]


def test_lines_without_end_are_not_kept(disk: Disk) -> None:
    handler = Aside(disk)
    say(handler, *map(str, range(MOST + 5)))
    disk.answers.set()
    handler.close()
    assert disk.written == [str(number) for number in range(MOST)]


def test_without_a_thread_it_is_written_here_and_once(disk: Disk) -> None:
    disk.answers.set()
    with none_to_be_had():
        handler = Aside(disk)
        say(handler, "one")
    assert disk.written == ["one"]
    say(handler, "two")
    handler.close()
    assert disk.written == ["one", "two"]
