"""What `init` tells of its proof, where a kubeconfig of somebody else's has a say in the words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from keyturn.configuration.hosts import https_url
from keyturn.protocols.kubectl import Trust
from keyturn.reach.installed import program
from keyturn.verbs.init.contexts import asking
from keyturn.verbs.init.places import Place
from keyturn.verbs.init.proof import prove
from keyturn.verbs.setup.kube.kubeconfig import users
from keyturn.verbs.setup.kube.register import Register

if TYPE_CHECKING:
    from pathlib import Path

SERVER = "https://contoso.hcp.westeurope.azmk8s.io:443"
KUBECTL = """\
#!/bin/sh
case "$*" in *"config view"*) exec cat ;; esac
echo 'Error from server (Forbidden): namespaces' >&2
exit 1
"""


def set_up(kubeconfig: Path, context: str) -> dict[str, object]:
    """As `keyturn setup kube` leaves it, with one context; what its user runs."""
    register = Register()
    word = register.learn(https_url(SERVER), Trust(), "work", kubeconfig)
    register.save()
    ours = users.stanza(program(users.PROGRAM), profile="work", server=SERVER, word=word, cluster_info=True)
    content = {
        "clusters": [{"name": "c", "cluster": {"server": SERVER}}],
        "contexts": [{"name": context, "context": {"cluster": "c", "user": "u"}}],
        "users": [{"name": "u", "user": {"exec": ours}}],
    }
    kubeconfig.write_text(json.dumps(content))
    return ours


def test_a_contexts_name_does_not_control_the_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cluster that was typed is proved by the context that leads there and asks keyturn, whoever named that."""
    kubectl, kubeconfig = tmp_path / "kubectl", tmp_path / "config"
    kubectl.write_text(KUBECTL)
    kubectl.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig))
    monkeypatch.setenv("KEYTURN_STATE", str(tmp_path / "state"))
    set_up(kubeconfig, "x\x1b]0;\x07\u202e")
    told = prove(Place("aks", SERVER, SERVER), "work")
    assert told.startswith("the cluster of context x")
    assert told.isprintable()


@pytest.mark.parametrize("changed", [{"command": "/theirs/kube-credential-keyturn"}, {"args": ["get-token"]}, {}])
def test_a_context_that_runs_anything_else_is_not_asked(
    changed: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two files with one user the first counts, as for kubectl."""
    first, second = tmp_path / "first", tmp_path / "second"
    monkeypatch.setenv("KUBECONFIG", f"{first}:{second}")
    monkeypatch.setenv("KEYTURN_STATE", str(tmp_path / "state"))
    ours = set_up(second, "named")
    first.write_text(json.dumps({"users": [{"name": "u", "user": {"exec": {**ours, **changed}}}]}))
    assert asking(SERVER) == ("" if changed else "named")
