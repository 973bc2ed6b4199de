"""The kubeconfigs that were set up by name, and what may have taken their places since."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from keyturn.configuration.hosts import https_url
from keyturn.protocols.kubectl import Trust
from keyturn.verbs.setup.kube.register import Register

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SERVER = "https://cluster.example"


@pytest.fixture
def named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A kubeconfig that has a stanza of ours, as the register knows."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("KEYTURN_STATE", str(tmp_path / "state"))
    file = tmp_path / "named"
    file.touch()
    register = Register()
    register.learn(https_url(SERVER), Trust(), "work", file)
    register.save()
    return file


def a_pipe(file: Path) -> None:
    os.mkfifo(file)


def a_directory(file: Path) -> None:
    file.mkdir()


def a_loop(file: Path) -> None:
    file.symlink_to(file)


def nothing(_: Path) -> None:
    pass


@pytest.mark.parametrize("put", [a_pipe, a_directory, a_loop, nothing])
def test_what_is_there_now_is_none_of_them(named: Path, put: Callable[[Path], None]) -> None:
    named.unlink()
    put(named)
    register = Register()
    assert register.elsewhere([]) == []
    register.forget_gone()
    assert register.trusted(https_url(SERVER)) is None


def test_another_users_file_is_none_of_them(named: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Register().elsewhere([]) == [named]
    register = Register()
    monkeypatch.setattr(os, "geteuid", lambda: named.stat().st_uid + 1)
    assert register.elsewhere([]) == []
