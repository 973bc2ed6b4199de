"""What `setup docker` does in which order: whatever interrupts it, --undo knows what stood there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from keyturn.verbs.setup.docker.plan import Plan
from keyturn.verbs.setup.record import Record

if TYPE_CHECKING:
    from pathlib import Path

REGISTRY = "contoso.azurecr.io"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of docker, where another helper is asked for the registry."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("KEYTURN_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    for name in ("REGISTRY_AUTH_FILE", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "docker/config.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"credHelpers": {REGISTRY: "acr-env"}}), encoding="ascii")
    return path


def interrupted(_: Plan) -> None:
    raise KeyboardInterrupt


def test_what_stood_there_is_recorded_before_it_is_replaced(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = Plan()
    plan.ask_keyturn([REGISTRY])
    monkeypatch.setattr(Plan, "_write_files", interrupted)
    with pytest.raises(KeyboardInterrupt):
        plan.carry_out()
    assert Record("docker").replaced(file, REGISTRY) == "acr-env"
