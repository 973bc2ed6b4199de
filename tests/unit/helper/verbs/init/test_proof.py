"""What `init` tells of its proof, where a kubeconfig of somebody else's has a say in the words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from keyturn.verbs.init.places import Place
from keyturn.verbs.init.proof import prove

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

SERVER = "https://contoso.hcp.westeurope.azmk8s.io:443"
KUBECTL = """\
#!/bin/sh
case "$*" in *"config view"*) exec cat ;; esac
echo 'Error from server (Forbidden): namespaces' >&2
exit 1
"""


def test_a_contexts_name_does_not_control_the_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cluster that was typed is proved by the context that leads there, whoever named that."""
    kubectl, kubeconfig = tmp_path / "kubectl", tmp_path / "config"
    kubectl.write_text(KUBECTL)
    kubectl.chmod(0o755)
    cluster = {"name": "c", "cluster": {"server": SERVER}}
    context = {"name": "x\x1b]0;\x07\u202e", "context": {"cluster": "c", "user": "u"}}
    kubeconfig.write_text(json.dumps({"clusters": [cluster], "contexts": [context]}))
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig))
    told = prove(Place("aks", SERVER, SERVER), "work")
    assert told.startswith("the cluster of context x")
    assert told.isprintable()
