"""Which files hold a login for a registry, whatever stands in their places."""

from __future__ import annotations

import json
import os
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from keyturn.configuration.registry_logins import files_with_login, logins_in_variable

if TYPE_CHECKING:
    from pathlib import Path

REGISTRY = "contoso.azurecr.io"


def test_a_pipe_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("REGISTRY_AUTH_FILE", str(tmp_path / "pipe"))
    os.mkfifo(tmp_path / "pipe")
    docker = tmp_path / "config.json"
    docker.write_text(json.dumps({"auths": {REGISTRY: {"auth": "YTpi"}}}))
    found: list[Path] = []
    looking = Thread(target=lambda: found.extend(files_with_login(REGISTRY)), daemon=True)
    looking.start()
    looking.join(10)
    assert found == [docker]


@pytest.mark.parametrize(
    ("value", "held"),
    [
        ({"auths": {REGISTRY: {"auth": "YTpi"}}}, {REGISTRY}),
        ({"Auths": {REGISTRY: {"Auth": "YTpi"}, "b.example": {"auth": "YTpi"}}}, {REGISTRY, "b.example"}),
        ({"auths": {REGISTRY: {"auth": "YTpi"}}, "credsStore": "x"}, set()),
        ({"auths": {REGISTRY: {"auth": "YTpi"}}, "credHelpers": {}}, set()),
        ({"auths": {REGISTRY: {"auth": "YTpi", "username": "a"}}}, set()),
        ({"auths": {REGISTRY: {"auth": "YTpi"}, "b.example": {}}}, set()),
        ({"auths": {REGISTRY: {"identitytoken": "x"}}}, set()),
        ({"auths": []}, set()),
        ({}, set()),
        ([], set()),
    ],
)
def test_docker_passes_over_a_variable_with_more_than_logins(value: object, held: set[str]) -> None:
    """reference/docker.md section 1, measured with docker 29."""
    assert logins_in_variable(json.dumps(value)) == held


@pytest.mark.parametrize("value", ["", "{", "[" * 100000, "7", "null", '"text"', '{"auths": {"a": null}}'])
def test_a_variable_that_is_something_else_holds_nothing(value: str) -> None:
    assert logins_in_variable(value) == set()
