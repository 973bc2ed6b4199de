"""`keyturn log --follow` misses no line and tells none twice, through whatever the daemon does to its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyturn.errors import StateError
from keyturn.verbs.log import following
from keyturn.verbs.log.files import opened
from keyturn.verbs.log.following import followed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import TextIO


def told(directory: Path, *acts: Callable[[], object], number: int = 40) -> list[str]:
    """What is followed while one act after another happens, each in a pause, until Ctrl-C."""
    left, lines = iter(acts), []

    def pause() -> None:
        act = next(left, None)
        if act is None:
            raise KeyboardInterrupt
        act()

    try:
        for line in followed(directory, number, pause):
            lines.append(line)  # noqa: PERF402 - what came before Ctrl-C counts
    except KeyboardInterrupt:
        return lines
    raise AssertionError("it ended by itself")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    log = tmp_path / "keyturnd.log"
    log.write_text("first\nsecond\n", encoding="utf-8")
    return log


def write(log: Path, text: str) -> Callable[[], object]:
    def act() -> None:
        with log.open("a", encoding="utf-8") as file:
            file.write(text)

    return act


def put_away(log: Path) -> Callable[[], object]:
    return lambda: log.replace(f"{log}.1")


def test_the_last_lines_then_what_comes(log: Path) -> None:
    assert told(log.parent, write(log, "third\n"), write(log, ""), write(log, "ä\nö\n"), number=1) == [
        "second", "third", "ä", "ö",
    ]  # fmt: skip


def test_the_log_before_counts_among_the_last_lines(log: Path) -> None:
    put_away(log)()
    write(log, "third\n")()
    assert told(log.parent, number=2) == ["second", "third"]


def test_a_line_is_told_when_it_is_whole(log: Path) -> None:
    assert told(log.parent, write(log, "half "), write(log, "a line\nand"), number=1) == ["second", "half a line"]


def test_it_goes_on_in_the_next_file(log: Path) -> None:
    """What the old one got last comes first, however much happened in one pause, or while there was no file."""

    def all_at_once() -> None:
        write(log, "third\n")()
        put_away(log)()
        write(log, "fourth\n")()

    acts = all_at_once, write(log, "fifth\n"), put_away(log), write(log, "sixth\n"), write(log, "seventh\n")
    assert told(log.parent, *acts, number=1) == ["second", "third", "fourth", "fifth", "sixth", "seventh"]


def test_two_files_in_one_pause_are_told_in_their_order(log: Path) -> None:
    def two() -> None:
        for text in ("third\n", "fourth\n"):
            write(log, text)()
            put_away(log)()
        write(log, "fifth\n")()

    lines = told(log.parent, two, put_away(log), write(log, "sixth\n"), two, number=1)
    assert lines == ["second", "third", "fourth", "fifth", "sixth", "third", "fourth", "fifth"]


def test_nor_is_one_missed_that_is_put_away_while_we_look(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def opening(path: Path) -> TextIO | None:
        if path == log and "fourth" in log.read_text("utf-8"):
            put_away(log)()
            write(log, "fifth\n")()
        return opened(path)

    def one() -> None:
        put_away(log)()
        write(log, "third\nfourth\n")()

    monkeypatch.setattr(following, "opened", opening)
    assert told(log.parent, one, lambda: None, number=1) == ["second", "third", "fourth", "fifth"]


def test_one_that_is_emptied_begins_anew(log: Path) -> None:
    def emptied() -> None:
        log.write_text("3rd\n", "utf-8")

    assert told(log.parent, write(log, "half a"), emptied, write(log, "fourth\n"), number=1) == [
        "second", "3rd", "fourth",
    ]  # fmt: skip


def test_a_log_that_does_not_exist_yet(tmp_path: Path) -> None:
    assert told(tmp_path, lambda: None, write(tmp_path / "keyturnd.log", "first\n")) == ["first"]


def test_what_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "keyturnd.log").mkdir()
    with pytest.raises(StateError, match="is a directory"):
        told(tmp_path)
