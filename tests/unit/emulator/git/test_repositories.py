"""A path leads to a repository, or to nothing: never out of the directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyturn_emulator.git.repositories import Address, NoGitError, Repositories, split_path
from support.needs import need

if TYPE_CHECKING:
    from pathlib import Path

APP = Address("contoso", "demo", "app")


@pytest.fixture
def repositories(tmp_path: Path) -> Repositories:
    need("git")
    return Repositories(tmp_path)


@pytest.mark.parametrize(
    ("path", "rest"),
    [
        ("/contoso/demo/_git/app/info/refs", "/info/refs"),
        ("/Contoso/DEMO/_git/App", "/"),
        ("/contoso/demo/_git/app/", "/"),
        ("/contoso/demo/_git/app/git-upload-pack", "/git-upload-pack"),
        ("/contoso/demo/_git/app/../../secret", "/../../secret"),
    ],
)
def test_paths_that_lead_somewhere(path: str, rest: str) -> None:
    assert split_path(path) == (APP, rest)


def test_spaces_are_encoded() -> None:
    assert split_path("/contoso/My%20Project/_git/app") == (Address("contoso", "my project", "app"), "/")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/contoso",
        "/contoso/demo/_git",
        "/contoso/demo/_git/",
        "/contoso/demo/git/app",
        "/contoso/demo/%5Fgit/app",
        "//demo/_git/app",
        "/contoso//_git/app",
        "/../demo/_git/app",
        "/contoso/%2e%2e/_git/app",
        "/contoso/demo/_git/..",
        "/contoso/demo/_git/.hidden",
        "/contoso/demo/_git/%2Fetc",
        "/contoso/demo/_git/a%2F..%2Fb",
        "/contoso/demo/_git/a%00b",
        "/contoso/demo/_git/a%0Ab",
        "/contoso/demo/_git/-option",
        "/contoso/demo/_git/%ff",
        "/contoso/demo/_git/" + "a" * 65,
        "contoso/demo/_git/app",
    ],
)
def test_paths_that_lead_nowhere(path: str) -> None:
    assert split_path(path) is None


def test_created_once_and_found_again(repositories: Repositories) -> None:
    assert repositories.find(APP) is None
    path = repositories.create(APP)
    assert repositories.find(APP) == path
    assert (path / "HEAD").read_text() == "ref: refs/heads/main\n"
    with pytest.raises(ValueError, match="exists"):
        repositories.create(APP)


def test_reset_removes_them(repositories: Repositories) -> None:
    repositories.create(APP)
    repositories.reset()
    assert repositories.find(APP) is None


def test_git_sees_nothing_of_ours(repositories: Repositories, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("KEYTURN_PLANTED", "secret")
    assert set(repositories.environment()) == {"PATH", "HOME", "GIT_CONFIG_NOSYSTEM", "LC_ALL"}
    repositories.create(APP)


def test_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoGitError, match="git is not installed"):
        Repositories(tmp_path)
    (tmp_path / "git").write_text(f"#!/bin/sh\necho {tmp_path}\n")
    (tmp_path / "git").chmod(0o755)
    with pytest.raises(NoGitError, match="http-backend"):
        Repositories(tmp_path)
