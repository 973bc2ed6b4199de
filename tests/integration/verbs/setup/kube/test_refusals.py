"""`keyturn setup kube`: what is missing, wrong or somebody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.needs import need
from support.scenes.setup.kubeconfig import CONFIG, FETCH, KUBECONFIG, OURS, TARGETS, configured, kubeconfig

if TYPE_CHECKING:
    from pathlib import Path

    from support.machine.machine import Machine

__all__ = ["configured", "kubeconfig"]


def test_somebody_elses_user_of_our_name(configured: Machine, kubeconfig: Path) -> None:
    text = f"{KUBECONFIG}- name: {OURS}\n  user:\n    token: planted-token\n"
    kubeconfig.write_text(text, encoding="ascii")
    refused = configured.run("keyturn", "setup", "kube", status=1)
    assert f"has a user {OURS} that is not keyturn's" in refused.stderr
    assert kubeconfig.read_text(encoding="ascii") == text


def test_a_context_that_is_no_target(configured: Machine, kubeconfig: Path) -> None:
    refused = configured.run("keyturn", "setup", "kube", "--context", "elsewhere", status=1)
    assert "the cluster of context elsewhere, https://elsewhere.example, is no kube target" in refused.stderr
    assert 'add "https://CLUSTER.hcp.REGION.azmk8s.io" = "PROFILE" to [targets.kube]' in refused.stderr


def test_a_context_that_is_not_there(configured: Machine, kubeconfig: Path) -> None:
    refused = configured.run("keyturn", "setup", "kube", "--context", "nowhere", status=2)
    assert f"there is no context nowhere in {kubeconfig}" in refused.stderr


def test_which_of_four_things_is_missing(configured: Machine, kubeconfig: Path) -> None:
    """With the servers that were found and the targets that were wanted."""
    config = configured.config_file
    elsewhere = KUBECONFIG.replace("https://AKS.example:443", "http://u:planted@plain.example")
    kubeconfig.write_text(elsewhere, encoding="ascii")
    found = "http://***@plain.example, https://elsewhere.example"
    told = configured.run("keyturn", "setup", "kube", status=2).stderr
    wanted = TARGETS.removeprefix("the kube targets are ")
    sentence = f"no context in {kubeconfig} is for a kube target: its servers are {found}; the targets are {wanted}"
    add = f'add "https://CLUSTER.hcp.REGION.azmk8s.io" = "PROFILE" to [targets.kube] in {config}'
    assert told == f"keyturn: error: {sentence}\nkeyturn: hint: {add}\n"
    kubeconfig.write_text("apiVersion: v1\nkind: Config\n", encoding="ascii")
    told = configured.run("keyturn", "setup", "kube", status=2).stderr
    assert told.startswith(f"keyturn: error: {kubeconfig} has no contexts; {TARGETS}\n")
    assert told.endswith(FETCH)
    kubeconfig.unlink()
    told = configured.run("keyturn", "setup", "kube", status=2).stderr
    assert told.startswith(f"keyturn: error: there is no kubeconfig {kubeconfig}; {TARGETS}\n")
    assert told.endswith(FETCH)
    configured.configure(CONFIG.partition("[targets.kube]")[0])
    kubeconfig.write_text(elsewhere, encoding="ascii")
    told = configured.run("keyturn", "setup", "kube", status=2).stderr
    sentence = f"{config} has no kube targets; the servers in {kubeconfig} are {found}"
    assert told == f"keyturn: error: {sentence}\nkeyturn: hint: {add}\n"


@pytest.mark.parametrize("options", [[], ["--undo"], ["--check"], ["--dry-run"]])
def test_a_kubeconfig_that_is_not_there(configured: Machine, options: list[str]) -> None:
    refused = configured.run("keyturn", "setup", "kube", "--kubeconfig", "nowhere", *options, status=2)
    assert (
        refused.stderr == f"keyturn: error: there is no kubeconfig nowhere\nkeyturn: hint: ls -A {configured.home}\n"
    )
    assert (
        configured.run("keyturn", "setup", "kube", "--undo", status=0).stdout
        == "keyturn: kubectl: nothing to change\n"
    )


DISPATCHER = """#!/bin/sh
case $* in *--user=*) ;; *) : >"$HOME/ran" ;; esac
exec {kubectl} "$@"
"""
"""gcloud's kubectl asks the cluster for its version first, and runs the program of the context's user for it."""


@pytest.mark.usefixtures("kubeconfig")
def test_a_look_at_a_kubeconfig_runs_nobodys_program(configured: Machine, tmp_path: Path) -> None:
    dispatcher = tmp_path / "programs/kubectl"
    dispatcher.parent.mkdir()
    dispatcher.write_text(DISPATCHER.format(kubectl=need("kubectl")), encoding="ascii")
    dispatcher.chmod(0o755)
    path = f"{dispatcher.parent}:{configured.environment['PATH']}"
    for words, status in (
        (("setup", "kube"), 0),
        (("setup", "kube", "--check"), 0),
        (("setup", "kube", "--undo"), 0),
    ):
        configured.run("keyturn", *words, status=status, PATH=path)
    assert not (configured.home / "ran").exists()


def test_a_kubeconfig_that_kubectl_cannot_read(configured: Machine, kubeconfig: Path) -> None:
    kubeconfig.write_text("contexts: planted-secret\n", encoding="ascii")
    refused = configured.run("keyturn", "setup", "kube", status=1)
    assert refused.stderr.startswith(f"keyturn: error: kubectl cannot read {kubeconfig}\n")
    assert "planted" not in refused.stderr
