"""Which of the doctor's commands about tools `--fix` may run by itself."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from keyturn.configuration.config import parse
from keyturn.verbs.doctor import tools
from keyturn.verbs.setup.kube import stand_in

if TYPE_CHECKING:
    from keyturn.configuration.config import Config


def lacking(_: Config) -> list[str]:
    return ["something is to be set up"]


def nothing(_: Config) -> list[str]:
    return []


@pytest.mark.parametrize(("tool", "safe"), [("git", True), ("docker", True), ("kube", False)])
def test_a_clusters_trust_is_seen_first(monkeypatch: pytest.MonkeyPatch, tool: str, *, safe: bool) -> None:
    """A kubeconfig in KUBECONFIG may have come with a clone, and bring a CA and a proxy of its author's."""
    module = SimpleNamespace(targets=lacking, unlike=lacking, hindrances=nothing)
    monkeypatch.setattr(tools, "TOOLS", {tool: module})
    monkeypatch.setattr(stand_in, "installed", list)
    [finding] = tools.look(parse(Path("/config.toml"), b""))
    assert (finding.hint, finding.safe) == (("keyturn", "setup", tool), safe)
