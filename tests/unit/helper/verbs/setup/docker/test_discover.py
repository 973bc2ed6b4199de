"""Registries that docker's file suggests, whatever stands there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from keyturn.configuration.config import parse
from keyturn.verbs.setup.docker.discover import proposals

NO_TARGETS = parse(Path("/config.toml"), b"")


@pytest.mark.parametrize(
    ("auths", "found"),
    [
        ({"contoso.azurecr.io": {}, "docker.io": {}, "a\n.azurecr.io": {}}, ["contoso.azurecr.io"]),
        ({}, []),
        (None, []),
        (7, []),
        ("contoso.azurecr.io", []),
        (["contoso.azurecr.io"], []),
    ],
)
def test_logins(tmp_path: Path, auths: object, found: list[str]) -> None:
    file = tmp_path / "config.json"
    file.write_text(json.dumps({"auths": auths}))
    assert [proposal.place for proposal in proposals(NO_TARGETS, [file])] == found
