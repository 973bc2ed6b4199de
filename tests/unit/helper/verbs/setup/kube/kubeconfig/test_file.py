"""A kubeconfig that is being changed as a signal comes."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

import pytest

from keyturn.verbs.setup.kube.kubeconfig.file import KubeFile

if TYPE_CHECKING:
    from pathlib import Path

KUBECONFIG = """\
apiVersion: v1
kind: Config
clusters: []
contexts:
- name: aks
  context: {cluster: aks, user: admin}
users:
- name: admin
  user: {}
- name: other
  user: {}
"""


@pytest.mark.usefixtures("heeding")
@pytest.mark.parametrize("call", ["close", "replace", "unlink"])
def test_ctrl_c_leaves_no_lock(call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is what kubectl makes for a lock, too, and neither waits for it."""
    monkeypatch.setenv("PATH", "/nonexistent")
    path = tmp_path / "config"
    path.write_text(KUBECONFIG, "ascii")
    file = KubeFile(path)
    file.switch("aks", "other")
    real = getattr(os, call)

    def interrupted(*arguments: Any, **options: Any) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        real(*arguments, **options)

    monkeypatch.setattr(os, call, interrupted)
    with pytest.raises(KeyboardInterrupt):
        file.write()
    assert list(tmp_path.iterdir()) == [path]
    assert "user: other" in path.read_text("ascii")
