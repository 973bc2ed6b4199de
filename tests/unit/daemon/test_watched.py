"""A file that is asked about with every request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyturn.configuration import trusted
from keyturnd.watched import DIRECTORY_ROUND, Watched

if TYPE_CHECKING:
    from pathlib import Path


class Scenery:
    """A file, the one that watches it, and a clock in seconds."""

    def __init__(self, directory: Path) -> None:
        directory.chmod(0o700)
        self.file = directory / "words"
        self.file.write_text("some")
        self.seconds = 100.0
        self.watched = Watched(self.file, lambda: self.seconds)

    def read(self, *, good: bool = True) -> None:
        self.watched.look()
        self.watched.judge(good=good)


@pytest.fixture
def scenery(tmp_path: Path) -> Scenery:
    return Scenery(tmp_path)


@pytest.mark.parametrize("there", [True, False])
def test_what_was_never_read_is_not_the_same(scenery: Scenery, *, there: bool) -> None:
    if not there:
        scenery.file.unlink()
    assert not scenery.watched.same()
    scenery.read()
    assert scenery.watched.same()
    scenery.watched.forget()
    assert not scenery.watched.same()


def test_a_change_is_seen_at_once(scenery: Scenery) -> None:
    for change in (lambda: scenery.file.write_text("other"), lambda: scenery.file.chmod(0o640), scenery.file.unlink):
        scenery.read()
        change()
        assert not scenery.watched.same()


def test_of_the_directory_within_a_second(scenery: Scenery) -> None:
    scenery.read()
    scenery.file.parent.chmod(0o770)
    assert scenery.watched.same()
    scenery.seconds += DIRECTORY_ROUND
    assert not scenery.watched.same()
    scenery.read()
    scenery.file.parent.chmod(0o700)
    scenery.seconds += DIRECTORY_ROUND
    assert not scenery.watched.same(), "each look begins a round of its own"


def test_what_is_not_well_may_be_cured_there_at_any_moment(scenery: Scenery) -> None:
    scenery.file.parent.chmod(0o770)
    scenery.read(good=False)
    assert scenery.watched.same()
    scenery.file.parent.chmod(0o700)
    assert not scenery.watched.same()


def test_the_directory_is_left_alone_in_between(scenery: Scenery, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[object] = []
    stamp = trusted.directory_stamp

    def counted(path: str) -> tuple[int, ...] | None:
        looks.append(path)
        return stamp(path)

    monkeypatch.setattr(trusted, "directory_stamp", counted)
    scenery.read()
    for _ in range(30):
        assert scenery.watched.same()
        scenery.seconds += DIRECTORY_ROUND / 10
    assert len(looks) == 1 + 2
