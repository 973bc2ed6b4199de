"""Kubeconfigs of which none is whole by itself: kubectl takes each entry from the first file that has its name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from support.needs import need
from support.scenes.setup.kubeconfig import KNOWN, KUBECONFIG, OURS, arguments_of, configured, kubeconfig, user_of

if TYPE_CHECKING:
    from pathlib import Path

    from support.machine.machine import Machine

__all__ = ["configured", "kubeconfig"]

CONTEXTS = "contexts:\n- name: {context}\n  context:\n    cluster: {cluster}\n    user: admin\n"
SECOND = "clusters:\n- name: second\n  cluster:\n    server: https://second.example:6443\n"


def beside(machine: Machine, name: str, content: str) -> Path:
    """Another kubeconfig of one's own."""
    path = machine.home / ".kube" / name
    path.write_text(content, encoding="ascii")
    return path


def listed(machine: Machine, *paths: Path) -> None:
    machine.environment["KUBECONFIG"] = ":".join(map(str, paths))


def runs(machine: Machine, context: str) -> dict[str, Any]:
    """What kubectl runs for `context`, by its own word."""
    words = ("config", "view", "--raw", "--minify", f"--context={context}", "--output=json")
    shown = json.loads(machine.run(need("kubectl"), *words, status=0).stdout)
    found: dict[str, Any] = shown["users"][0]["user"]["exec"]
    return found


@pytest.mark.parametrize("named", [(), ("--kubeconfig", "{file}")], ids=["all", "one"])
def test_a_context_whose_cluster_and_user_stand_elsewhere(
    configured: Machine, kubeconfig: Path, named: tuple[str, ...]
) -> None:
    file = beside(configured, "contexts", CONTEXTS.format(context="mine", cluster="aks"))
    listed(configured, file, kubeconfig)
    before = file.read_bytes()
    words = [word.format(file=file) for word in (*named, "--context", "mine")]
    done = configured.run("keyturn", "setup", "kube", *words, status=0)
    assert KNOWN.replace("aks", "mine", 1) in done.stdout
    assert runs(configured, "mine")["args"][:-1] == arguments_of("me")
    assert user_of(configured, "aks") == "admin"
    assert kubeconfig.read_text("ascii") == KUBECONFIG
    configured.run("keyturn", "setup", "kube", "--undo", *words[: len(named)], status=0)
    assert file.read_bytes() == before


def test_what_one_file_needs_of_another_stays_where_that_is_named(configured: Machine, kubeconfig: Path) -> None:
    configured.run("keyturn", "setup", "kube", status=0)
    other = beside(configured, "other", CONTEXTS.format(context="mine", cluster="aks").replace("admin", OURS))
    listed(configured, kubeconfig, other)
    done = configured.run("keyturn", "setup", "kube", "--undo", "--kubeconfig", str(kubeconfig), status=0)
    assert done.stdout == f"keyturn: {kubeconfig}: context aks with user admin again\n"
    assert runs(configured, "mine")["args"][:-1] == arguments_of("me")
    configured.run("keyturn", "setup", "kube", "--undo", status=0)
    assert (user_of(configured, "mine"), kubeconfig.read_text("ascii")) == ("admin", KUBECONFIG)


def test_two_files_never_have_one_name_for_two_clusters(configured: Machine, kubeconfig: Path) -> None:
    """Of two entries with one name kubectl takes the first, with the server of the other context's cluster in it."""
    second = beside(configured, "second", SECOND + CONTEXTS.format(context="second", cluster="second"))
    listed(configured, kubeconfig, second)
    for words in ((), ("--kubeconfig", str(second))):
        configured.run("keyturn", "setup", "kube", *words, status=0)
        assert runs(configured, "aks")["args"][:-1] == arguments_of("me")
        assert "https://second.example:6443" in runs(configured, "second")["args"]
    configured.run("keyturn", "setup", "kube", "--undo", status=0)
    assert (user_of(configured, "second"), kubeconfig.read_text("ascii")) == ("admin", KUBECONFIG)


def test_a_context_behind_another_of_its_name_is_given_back_too(configured: Machine, kubeconfig: Path) -> None:
    other = beside(configured, "other", KUBECONFIG)
    configured.run("keyturn", "setup", "kube", "--kubeconfig", str(other), status=0)
    listed(configured, kubeconfig, other)
    configured.run("keyturn", "setup", "kube", status=0)
    configured.run("keyturn", "setup", "kube", "--undo", status=0)
    assert other.read_text("ascii") == kubeconfig.read_text("ascii") == KUBECONFIG


def test_a_context_whose_cluster_is_not_read_is_left_alone(configured: Machine, kubeconfig: Path) -> None:
    """Its file is missing from KUBECONFIG in this shell: nothing tells that the cluster is a target no more."""
    file = beside(configured, "contexts", CONTEXTS.format(context="mine", cluster="aks"))
    listed(configured, file, kubeconfig)
    configured.run("keyturn", "setup", "kube", status=0)
    before = file.read_bytes()
    listed(configured, file)
    configured.run("keyturn", "setup", "kube", "--check", status=0)
    lacking = configured.run("keyturn", "setup", "--check", "kube", status=1)
    assert lacking.stdout == "keyturn: no context is for https://second.example:6443\n"
    configured.run("keyturn", "setup", "kube", status=0)
    assert file.read_bytes() == before
    configured.run("keyturn", "setup", "kube", "--undo", status=0)
    assert user_of(configured, "mine") == "admin"


def test_a_cluster_that_is_nowhere(configured: Machine, kubeconfig: Path) -> None:
    file = beside(configured, "contexts", CONTEXTS.format(context="mine", cluster="gone"))
    listed(configured, file, kubeconfig)
    refused = configured.run("keyturn", "setup", "kube", "--context", "mine", status=1)
    assert refused.stderr == (
        "keyturn: error: no kubeconfig here tells the server of cluster gone, of context mine\n"
        "keyturn: hint: kubectl config get-clusters\n"
    )


def test_a_strangers_cluster_takes_an_agreement_where_ones_own_context_is_named(
    configured: Machine, kubeconfig: Path
) -> None:
    clone = configured.home / "clone"
    clone.write_text(KUBECONFIG.partition("contexts:")[0], encoding="ascii")
    file = beside(configured, "contexts", CONTEXTS.format(context="mine", cluster="aks"))
    listed(configured, clone, file)
    refused = configured.run("keyturn", "setup", "kube", "--kubeconfig", str(file), "--context", "mine", status=1)
    assert f"as {clone} says, which KUBECONFIG names\n" in refused.stderr
    assert refused.stderr.endswith(
        f"keyturn: hint: go to a terminal, then: keyturn setup kube --context mine --kubeconfig {file}\n"
    )
    assert user_of(configured, "mine") == "admin"
