"""The log: one line per event, whatever the values are."""

from __future__ import annotations

import logging
import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from keyturnd import journal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ [A-Z]+ [ -~]+")


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """The journal is the process's: leave none of a test's behind."""
    before = logging.raiseExceptions
    yield
    for handler in list(journal.logger.handlers):
        journal.logger.removeHandler(handler)
        with suppress(OSError):
            handler.close()
    journal.logger.propagate = True
    logging.raiseExceptions = before


def lines(directory: Path) -> list[str]:
    return (directory / journal.LOG_NAME).read_text(encoding="utf-8").splitlines()


def test_an_event_is_one_line(tmp_path: Path) -> None:
    journal.open_log(tmp_path, "info")
    journal.note("request", path="/v1/git/get", status=200)
    (line,) = lines(tmp_path)
    assert LINE.fullmatch(line)
    assert line.endswith(" INFO request path=/v1/git/get status=200")


@pytest.mark.parametrize("value", ["two words", "a\nb", "\x1b[2J", "\u202e", "\u2028", "%s %d", "\ud800", "\0"])
def test_a_value_forges_no_line_and_moves_no_cursor(tmp_path: Path, value: str) -> None:
    journal.open_log(tmp_path, "info")
    journal.note("refused", reason=value)
    (line,) = lines(tmp_path)
    assert LINE.fullmatch(line)


def test_levels(tmp_path: Path) -> None:
    journal.open_log(tmp_path, "error")
    journal.note("request")
    journal.note("bug", logging.ERROR)
    journal.set_level("info")
    journal.note("request")
    assert [line.split()[1:] for line in lines(tmp_path)] == [["ERROR", "bug"], ["INFO", "request"]]


def test_it_does_not_grow_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "LOG_SIZE", 1000)
    journal.open_log(tmp_path, "info")
    for _ in range(100):
        journal.note("request", path="x" * 50)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 2 * 1000
    assert len(list(tmp_path.iterdir())) == 2


def test_one_that_cannot_be_put_away_does_not_grow_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "LOG_SIZE", 1000)
    (tmp_path / f"{journal.LOG_NAME}.1" / "kept").mkdir(parents=True)
    journal.open_log(tmp_path, "info")
    for _ in range(100):
        journal.note("request", path="x" * 50)
    assert 0 < (tmp_path / journal.LOG_NAME).stat().st_size <= 1000


def test_a_log_that_cannot_be_written_is_done_without(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / journal.LOG_NAME).symlink_to("/dev/full")
    for _ in range(2):
        journal.open_log(tmp_path, "info")
        journal.note("request")
    assert capsys.readouterr() == ("", "")


def test_a_fifo_in_its_place_holds_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / journal.LOG_NAME, 0o600)
    journal.open_log(tmp_path, "info")
    journal.note("ready")
    assert (tmp_path / journal.LOG_NAME).is_fifo()


async def test_requests_are_told_together_each_with_its_own_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.open_log(tmp_path, "info")
    moments = [1.0, 62.0]
    monkeypatch.setattr("time.time", lambda: moments.pop(0) if moments else 3600.0)
    monkeypatch.setattr("time.time_ns", lambda: 3600 * 10**9)  # what logging asks since Python 3.13
    monkeypatch.setattr("time.perf_counter", lambda: 7.25)
    journal.note_answer("/v1/git/get", 200, 4711, 7.2496)
    journal.note_answer("/%s two words", 404, 4712, 7.0)
    assert not (tmp_path / journal.LOG_NAME).exists(), "somebody waited for the disk"
    journal.note("leaving")
    assert lines(tmp_path) == [
        "1970-01-01T00:00:01Z INFO request path=/v1/git/get status=200 pid=4711 ms=0.4",
        "1970-01-01T00:01:02Z INFO request path='/%s two words' status=404 pid=4712 ms=250.0",
        "1970-01-01T01:00:00Z INFO leaving",
    ]


async def test_another_level_counts_from_its_moment_on(tmp_path: Path) -> None:
    journal.open_log(tmp_path, "info")
    journal.note_answer("/v1/git/get", 200, 4711, 0.0)
    journal.set_level("error")
    journal.note_answer("/v1/git/get", 200, 4712, 0.0)
    (line,) = lines(tmp_path)
    assert "pid=4711" in line
    journal.write_gathered()
    assert lines(tmp_path) == [line]


async def test_what_came_before_another_log_stands_in_the_one_before(tmp_path: Path) -> None:
    (tmp_path / "moved").mkdir()
    journal.open_log(tmp_path, "info")
    journal.note_answer("/v1/git/get", 200, 4711, 0.0)
    journal.open_log(tmp_path / "moved", "info")
    journal.note("ready")
    assert [len(lines(place)) for place in (tmp_path, tmp_path / "moved")] == [1, 1]


async def test_many_requests_do_not_wait_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MOST_BEHIND", 3)
    journal.open_log(tmp_path, "info")
    for number in range(4):
        journal.note_answer("/v1/git/get", 200, number, 0.0)
    assert len(lines(tmp_path)) == 3
    journal.write_gathered()
    assert len(lines(tmp_path)) == 4
