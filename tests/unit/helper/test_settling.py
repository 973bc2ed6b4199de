"""A configuration in the middle of being written gets a second look; an old mistake does not."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from keyturn.configuration.settling import FRESH, is_fresh, settled
from keyturn.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path


def load(path: Path) -> str:
    text = path.read_text(encoding="ascii")
    if text == "half":
        raise ConfigError("half a file")
    return text


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text("half", encoding="ascii")
    return path


def test_half_a_file_is_looked_at_again(file: Path) -> None:
    def finish(_: float) -> None:
        file.write_text("whole", encoding="ascii")

    assert settled(load, file, finish) == "whole"


def test_a_mistake_that_stays_is_told(file: Path) -> None:
    with pytest.raises(ConfigError):
        settled(load, file, lambda _: None)


def test_an_old_mistake_is_told_at_once(file: Path) -> None:
    os.utime(file, (1e9, 1e9))
    with pytest.raises(ConfigError):
        settled(load, file, lambda _: pytest.fail("paused"))


@pytest.mark.parametrize(("age", "fresh"), [(0.0, True), (FRESH - 0.1, True), (FRESH, False), (-1.0, False)])
def test_how_long_a_file_is_fresh(age: float, fresh: bool, file: Path) -> None:  # noqa: FBT001 - a parameter
    os.utime(file, (1e9, 1e9))
    assert is_fresh(file, 1e9 + age) is fresh
    assert not is_fresh(file.with_name("missing"), 1e9)
