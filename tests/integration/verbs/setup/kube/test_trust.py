"""`keyturn setup kube`: whom a kubeconfig takes for a cluster, and from when on that counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.scenes.kubeconfig import (
    CA,
    KNOWN,
    KUBECONFIG,
    OTHER_CA,
    OURS,
    configured,
    kubeconfig,
    users,
)

if TYPE_CHECKING:
    from pathlib import Path

    from support.machine.machine import Machine

__all__ = ["configured", "kubeconfig"]


def test_another_ca_is_taken_on_only_by_name(configured: Machine, kubeconfig: Path) -> None:
    configured.run("keyturn", "setup", "kube", status=0)
    word = users(configured)[OURS]["exec"]["args"][-1]
    kubeconfig.write_text(kubeconfig.read_text(encoding="ascii").replace(CA, OTHER_CA), encoding="ascii")
    passed = configured.run("keyturn", "setup", "kube", status=0)
    hint = passed.stderr.splitlines()[1].removeprefix("keyturn: hint: ")
    assert hint == "keyturn setup kube --context aks"
    assert users(configured)[OURS]["exec"]["args"][-1] == word
    told = configured.run(*hint.split(), status=0).stdout
    assert told.count("the CA with SHA-256 ") == 2
    assert users(configured)[OURS]["exec"]["args"][-1] != word
    assert configured.run("keyturn", "setup", "kube", status=0).stdout == "keyturn: kubectl: nothing to change\n"


def test_a_cluster_that_is_not_verified_is_not_set_up(configured: Machine, kubeconfig: Path) -> None:
    text = KUBECONFIG.replace(CA, "insecure-skip-tls-verify: true")
    kubeconfig.write_text(text, encoding="ascii")
    passed = configured.run("keyturn", "setup", "kube", status=0)
    assert "keyturn: warning: the cluster of context aks is reached without verification\n" in passed.stderr
    configured.run("keyturn", "setup", "kube", "--context", "aks", status=1)
    assert kubeconfig.read_text(encoding="ascii") == text


def test_a_damaged_record_is_written_anew_with_what_counts_now(configured: Machine, kubeconfig: Path) -> None:
    configured.run("keyturn", "setup", "kube", status=0)
    (configured.state / "clusters.json").write_text("{", encoding="ascii")
    stanza = users(configured)[OURS]["exec"]
    refused = configured.run(stanza["command"], *stanza["args"], status=1)
    assert refused.stderr.endswith("clusters.json is not what keyturn wrote\nkeyturn: hint: keyturn setup kube\n")
    named = configured.run("keyturn", "setup", "kube", "--check", status=1)
    assert named.stdout == f"keyturn: {kubeconfig}: context aks has a word that keyturn does not keep\n"
    again = configured.run("keyturn", "setup", "kube", status=0)
    assert f"keyturn: {KNOWN}\n" in again.stdout
    configured.run("keyturn", "setup", "kube", "--check", status=0)
