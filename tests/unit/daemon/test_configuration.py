"""The configuration as the daemon has it: read anew when the file changes, and when it could not be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyturn.errors import ConfigError
from keyturnd.configuration import Configuration
from support.descriptors import none_left

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(name="file")
def private_file(tmp_path: Path) -> Path:
    tmp_path.chmod(0o700)
    path = tmp_path / "config.toml"
    path.write_text("[git]\ntimeout = 5\n")
    return path


@pytest.mark.parametrize("then", ["the same", "gone"])
def test_what_could_not_be_read_for_a_moment_is_read_at_the_next_look(file: Path, then: str) -> None:
    """It used to be an error until somebody changed the file: its stamp was that of the attempt."""
    configuration = Configuration(file)
    told: list[object] = []
    configuration.on_change.append(told.append)
    file.write_text("[daemon]\nlog = 'debug'\n")
    with none_left(), pytest.raises(ConfigError, match="cannot be read: too many open files") as caught:
        configuration.current()
    assert caught.value.passes
    assert not told
    if then == "gone":
        file.unlink()
    assert configuration.current().daemon.log == ("debug" if then == "the same" else "info")
    assert told == [configuration.known]


def test_an_invalid_one_stays_an_error_without_another_look_at_its_content(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("nonsense")
    configuration = Configuration(file)
    monkeypatch.setattr("keyturnd.configuration.load", lambda _: pytest.fail("it has not changed"))
    for _ in range(2):
        assert configuration.error is not None
        assert not configuration.error.passes


def test_while_the_file_is_half_done_the_daemon_s_own_life_goes_by_the_one_of_before(file: Path) -> None:
    file.write_text("")
    configuration = Configuration(file)
    before = configuration.current()
    file.write_text("[git\n")
    assert configuration.last is before
    assert configuration.error is not None
    file.write_text("[daemon]\nlog = 'debug'\n")
    assert configuration.last is configuration.current() is not before


def test_a_file_that_was_never_valid_has_none_of_before(file: Path) -> None:
    file.write_text("[git\n")
    assert Configuration(file).last is None
