"""Peers that cannot be measured: they are named, with the reason."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from benchmarks import peers
from benchmarks.peers import azure_kubelogin, credential_oauth
from benchmarks.peers.absence import Absent
from benchmarks.stage import Stage

if TYPE_CHECKING:
    from pathlib import Path

SOURCES = {
    "git-credential-oauth get, a refresh": "contrib/peers.sh or Debian 13",
    "docker-credential-pass get": "golang-docker-credential-helpers",
    "docker-credential-secretservice get": "golang-docker-credential-helpers",
    "oidc-token": "oidc-agent-cli",
    "az account get-access-token": "contrib/peers.sh --az",
}
GITS = {"git credential-cache get", "git credential-store get"}
"""They come with git."""


class Nowhere(Stage):
    """A stage that nothing is asked of: whether a program is there is looked up first."""

    def __init__(self) -> None:
        pass


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only directory on PATH; nothing is in it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("path")
def test_whoever_is_not_installed_is_named_with_where_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    absent: dict[str, str] = {}
    with ExitStack() as stack:
        for family, there in peers.PEERS.items():
            outside = {name: ready for name, ready in there.items() if name not in GITS}
            monkeypatch.setitem(peers.PEERS, family, outside)
            assert peers.found(Nowhere(), family, stack, absent) == {}
    assert absent == {name: f"not installed ({source} has it)" for name, source in SOURCES.items()}


def test_programs_in_go_are_not_started_at_real_time_priority(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (path / "kubelogin").symlink_to("/bin/true")
    monkeypatch.setattr(os, "sched_getscheduler", lambda _pid: os.SCHED_FIFO)
    with pytest.raises(Absent, match="real-time"):
        azure_kubelogin.program()


def test_an_oauth_helper_that_cannot_refresh_is_not_started(path: Path) -> None:
    """It would open a browser and wait."""
    (path / "git-credential-oauth").symlink_to("/bin/true")
    with pytest.raises(Absent, match="too old"), credential_oauth.ready(Nowhere()):
        pytest.fail("it was started")
