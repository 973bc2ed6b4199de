"""Which files hold a login for a registry, whatever stands in their places."""

from __future__ import annotations

import json
import os
from threading import Thread
from typing import TYPE_CHECKING

from keyturn.configuration.registry_logins import files_with_login

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

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
