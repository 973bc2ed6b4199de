"""Whose home directory it is that keyturn would write to."""

from __future__ import annotations

import os
import pwd
from typing import TYPE_CHECKING

import pytest

from keyturn.errors import UsageError
from keyturn.home import own_home
from keyturn.reach import paths

if TYPE_CHECKING:
    from pathlib import Path

PLACES = (paths.socket_path, paths.state_directory, paths.config_file)
VARIABLES = ("KEYTURN_SOCKET", "KEYTURN_STATE", "KEYTURN_CONFIG")


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (*VARIABLES, "XDG_RUNTIME_DIR", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


def somebody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be a user to whom nothing here belongs."""
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000)


def test_one_of_our_own_is_fine_whatever_the_password_database_says(tmp_path: Path) -> None:
    assert own_home() == str(tmp_path)
    for place in PLACES:
        assert str(place()).startswith((str(tmp_path), "/run/user"))


def test_one_of_another_uid_is_refused_and_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    somebody_else(monkeypatch)
    for place in PLACES:
        with pytest.raises(UsageError) as raised:
            place()
        assert raised.value.sentence == f"HOME is {tmp_path}, which belongs to uid {os.getuid()}, not to you"
        assert raised.value.hint is not None


def test_the_hint_names_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = pwd.getpwnam("nobody")
    monkeypatch.setattr(os, "geteuid", lambda: nobody.pw_uid)
    with pytest.raises(UsageError) as raised:
        own_home()
    assert raised.value.hint == f"export HOME={nobody.pw_dir}"


def test_it_does_not_matter_where_every_place_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    somebody_else(monkeypatch)
    for name, place in zip(VARIABLES, PLACES, strict=True):
        monkeypatch.setenv(name, str(tmp_path / name))
        assert str(place()) == str(tmp_path / name)


def test_neither_home_nor_a_password_entry_is_a_plain_error(monkeypatch: pytest.MonkeyPatch) -> None:
    somebody_else(monkeypatch)
    monkeypatch.delenv("HOME")
    for place in PLACES:
        with pytest.raises(UsageError, match="HOME is not an absolute path"):
            place()
