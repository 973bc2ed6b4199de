"""keyturn.reach.paths: where state and configuration live, whatever the environment says."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, NoReturn

import pytest

from keyturn import moves
from keyturn.errors import StateError, UsageError
from keyturn.reach.paths import (
    callers_places,
    check_log_level,
    config_file,
    nearest,
    open_private_directory,
    state_directory,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_relative_xdg_values_are_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the XDG Base Directory Specification has it: else each working directory had a vault of its own."""
    for variable in ("KEYTURN_CONFIG", "KEYTURN_STATE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", "configuration")
    monkeypatch.setenv("XDG_STATE_HOME", "./state")
    assert config_file() == tmp_path / ".config/keyturn/config.toml"
    assert state_directory() == tmp_path / ".local/state/keyturn"


def test_a_level_that_is_none_is_not_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    for level in ("error", "info", "debug", ""):
        monkeypatch.setenv("KEYTURN_LOG", level)
        check_log_level()
    monkeypatch.setenv("KEYTURN_LOG", "blah")
    with pytest.raises(UsageError, match="KEYTURN_LOG is 'blah', expected error, info or debug"):
        check_log_level()


def test_the_places_of_another_process_are_those_that_its_variables_tell() -> None:
    told = {"HOME": "/home/alice", "XDG_STATE_HOME": "/state"}
    assert callers_places(told.get) == ("/home/alice/.config/keyturn/config.toml", "/state/keyturn")
    named = {"KEYTURN_CONFIG": "/c.toml", "KEYTURN_STATE": "/s"}
    assert callers_places(named.get) == ("/c.toml", "/s")


@pytest.mark.parametrize("told", [{}, {"HOME": ""}, {"HOME": "here"}, {"KEYTURN_CONFIG": "/c.toml"}])
def test_a_home_that_they_do_not_tell_is_not_looked_up(told: dict[str, str]) -> None:
    """It may be on a server that does not answer, and every caller's request waits."""
    with pytest.raises(UsageError, match="HOME does not tell"):
        callers_places(told.get)


@pytest.mark.parametrize(
    ("kind", "fault", "command"),
    [
        ("link", "it is a symbolic link", "ls -ld"),
        ("file", "it is not a directory", "ls -ld"),
        ("open", "its mode is 0750", "chmod"),
    ],
)
def test_what_is_no_private_directory_is_called_by_its_name(
    tmp_path: Path, kind: str, fault: str, command: str
) -> None:
    place = tmp_path / "keyturn"
    if kind == "link":
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        place.symlink_to("elsewhere")
    elif kind == "file":
        place.touch(0o600)
    else:
        place.mkdir(mode=0o750)
    with pytest.raises(StateError) as told:
        open_private_directory(str(place))
    assert told.value.sentence == f"{place} is not a private directory of yours: {fault}"
    assert (told.value.hint or "").startswith(command)


@pytest.mark.parametrize(
    ("path", "there"), [("x" * 9000, "."), ("no/such", "."), ("here/no/such", "here"), ("/no/such", "/"), ("", ".")]
)
def test_what_is_there_of_a_path(path: str, there: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").mkdir()
    assert nearest(path) == there


def test_what_another_user_hides_is_not_called_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with `su -m`: a directory above it is closed, so that nothing below can be looked at, not even listed."""
    place = tmp_path / "hidden" / "keyturn"

    def refuse(*_: object) -> NoReturn:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(StateError) as told:
        open_private_directory(str(place))
    assert told.value.sentence.endswith("not a private directory of yours: it cannot be opened: Permission denied")
    assert told.value.hint == f"ls -ld {tmp_path}"


def test_a_home_that_can_only_be_read_hints_at_other_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A listing would show what is as it should be: many containers have such a home."""

    def refuse(*_: object, **_options: object) -> NoReturn:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "makedirs", refuse)
    with pytest.raises(StateError, match=r"cannot create .*: Read-only file system") as raised:
        open_private_directory(str(tmp_path / "state"), create=True)
    assert raised.value.hint == moves.machines.writable_places()


def test_a_home_that_no_answer_could_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("KEYTURN_STATE", "XDG_STATE_HOME", "KEYTURN_CONFIG", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", "/home/caf\udce9")
    with pytest.raises(UsageError, match="the path of keyturn's configuration is not UTF-8"):
        config_file()
    monkeypatch.setenv("KEYTURN_CONFIG", "/caf\udce9/config.toml")
    with pytest.raises(UsageError, match="the path of keyturn's configuration is not UTF-8"):
        config_file()
    with pytest.raises(UsageError, match="the path of keyturn's state is not UTF-8") as told:
        state_directory()
    assert told.value.hint == "set KEYTURN_STATE to a directory, and KEYTURN_CONFIG to a file, whose paths are UTF-8"
    monkeypatch.setenv("KEYTURN_STATE", "/s")
    assert str(state_directory()) == "/s"
