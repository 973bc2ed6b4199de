"""`keyturn setup kube`: which contexts get a user that asks keyturn, and which are left alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from support.scenes.setup.kubeconfig import (
    HELPER,
    KNOWN,
    KUBECONFIG,
    OURS,
    arguments_of,
    configured,
    kubeconfig,
    user_of,
    users,
)

if TYPE_CHECKING:
    from pathlib import Path

    from support.machine.machine import Machine

__all__ = ["configured", "kubeconfig"]

UNCLEAR = "nothing tells the profile for "
DISCOVER = "keyturn: hint: keyturn setup kube --discover\n"


def test_the_context_gets_a_user_that_asks_keyturn_and_the_former_stays(
    configured: Machine, kubeconfig: Path
) -> None:
    before = users(configured)
    done = configured.run("keyturn", "setup", "kube", status=0)
    assert (
        done.stdout
        == f"keyturn: {kubeconfig}: context aks with user {OURS} instead of admin\nkeyturn: {KNOWN} ({kubeconfig})\n"
    )
    assert done.stderr == ""
    assert user_of(configured, "aks") == OURS
    assert user_of(configured, "elsewhere") == "admin"
    after = users(configured)
    stanza = after.pop(OURS)["exec"]
    assert after == before
    *arguments, word = stanza["args"]
    assert (stanza["command"], arguments) == (str(HELPER), arguments_of("me"))
    assert len(word) == 32
    assert stanza["provideClusterInfo"] is True
    assert stanza["apiVersion"] == "client.authentication.k8s.io/v1beta1"


def test_a_second_time_changes_nothing(configured: Machine, kubeconfig: Path) -> None:
    configured.run("keyturn", "setup", "kube", status=0)
    before = kubeconfig.read_bytes()
    assert configured.run("keyturn", "setup", "kube", status=0).stdout == "keyturn: kubectl: nothing to change\n"
    assert kubeconfig.read_bytes() == before


def test_one_context_of_two(configured: Machine, kubeconfig: Path) -> None:
    second = "- name: second\n  context:\n    cluster: aks\n    user: admin\nusers:"
    kubeconfig.write_text(KUBECONFIG.replace("users:", second), encoding="ascii")
    configured.run("keyturn", "setup", "kube", "--context", "second", status=0)
    assert (user_of(configured, "aks"), user_of(configured, "second")) == ("admin", OURS)
    configured.run("keyturn", "setup", "kube", status=0)
    configured.run("keyturn", "setup", "kube", "--undo", "--context", "second", status=0)
    assert (user_of(configured, "aks"), user_of(configured, "second")) == (OURS, "admin")
    assert OURS in users(configured)


def test_a_profile_of_ones_own_choice(configured: Machine, kubeconfig: Path) -> None:
    configured.run("keyturn", "setup", "kube", status=0)
    configured.run("keyturn", "setup", "kube", "--profile", "third", status=0)
    assert user_of(configured, "aks") == "keyturn/third:admin"
    found = users(configured)
    assert set(found) == {"admin", "keyturn/third:admin"}
    assert found["keyturn/third:admin"]["exec"]["args"][:-1] == arguments_of("third")
    configured.run("keyturn", "setup", "kube", "--undo", status=0)
    assert user_of(configured, "aks") == "admin"


@pytest.mark.parametrize(("profile", "why"), [("nobody", "there is no profile nobody"), ("other", "leaves kube out")])
def test_a_profile_that_will_not_do(configured: Machine, kubeconfig: Path, profile: str, why: str) -> None:
    refused = configured.run("keyturn", "setup", "kube", "--profile", profile, status=2)
    assert why in refused.stderr
    assert kubeconfig.read_text(encoding="ascii") == KUBECONFIG


def test_two_clusters_of_one_user_get_an_entry_each(configured: Machine, kubeconfig: Path) -> None:
    kubeconfig.write_text(
        KUBECONFIG.replace("https://elsewhere.example", "https://second.example:6443"), encoding="ascii"
    )
    configured.run("keyturn", "setup", "kube", status=0)
    assert (user_of(configured, "aks"), user_of(configured, "elsewhere")) == (OURS, "keyturn/me+2:admin")
    assert configured.run("keyturn", "setup", "kube", status=0).stdout == "keyturn: kubectl: nothing to change\n"
    configured.run("keyturn", "setup", "kube", "--undo", status=0)
    assert (user_of(configured, "aks"), user_of(configured, "elsewhere")) == ("admin", "admin")


def test_all_clusters_of_aks_become_targets_first(configured: Machine, kubeconfig: Path) -> None:
    text = KUBECONFIG.replace("https://elsewhere.example", "https://b-1.hcp.westeurope.azmk8s.io:443")
    kubeconfig.write_text(text, encoding="ascii")
    config = configured.config_file.read_text(encoding="utf-8")
    told = configured.run("keyturn", "setup", "kube", "--discover", status=0).stdout
    assert told.endswith(
        f"keyturn target add https://b-1.hcp.westeurope.azmk8s.io PROFILE  # context elsewhere in {kubeconfig}\n"
    )
    every = ("setup", "kube", "--all", "--profile", "me")
    assert "would change" in configured.run("keyturn", *every, "--dry-run", status=0).stdout
    assert configured.config_file.read_text(encoding="utf-8") == config
    unknown = configured.run("keyturn", "setup", "kube", "--all", status=1)
    assert unknown.stderr == f"keyturn: warning: {UNCLEAR}https://b-1.hcp.westeurope.azmk8s.io\n{DISCOVER}"
    assert user_of(configured, "aks") == OURS, "the others are set up all the same"
    told = configured.run("keyturn", *every, status=0).stdout
    assert "keyturn: https://b-1.hcp.westeurope.azmk8s.io gets tokens of profile me\n" in told
    assert user_of(configured, "elsewhere").startswith("keyturn/me")
    assert '"https://b-1.hcp.westeurope.azmk8s.io" = "me"' in configured.config_file.read_text(encoding="utf-8")


def test_no_cluster_can_become_a_target(configured: Machine, kubeconfig: Path) -> None:
    text = KUBECONFIG.replace("https://elsewhere.example", "https://b-1.hcp.westeurope.azmk8s.io:443")
    kubeconfig.write_text(text, encoding="ascii")
    config = configured.config_file.read_text(encoding="utf-8")
    configured.config_file.write_text(config.partition("[targets.kube]")[0], encoding="utf-8")
    refused = configured.run("keyturn", "setup", "kube", "--all", status=2)
    every = "https://aks.example, https://b-1.hcp.westeurope.azmk8s.io"
    assert refused.stderr == f"keyturn: error: {UNCLEAR}{every}\n{DISCOVER}"


@pytest.mark.parametrize("undo", [False, True])
def test_a_dry_run_changes_nothing_and_tells_what_would(configured: Machine, kubeconfig: Path, *, undo: bool) -> None:
    if undo:
        configured.run("keyturn", "setup", "kube", status=0)
    before = kubeconfig.read_bytes()
    shown = configured.run("keyturn", "setup", "kube", "--dry-run", *(["--undo"] if undo else []), status=0)
    assert shown.stdout.startswith(f"keyturn: would change {kubeconfig}: context aks with user ")
    assert (f"- name: {OURS}\n  user:\n    exec:\n" in shown.stdout) is not undo
    assert kubeconfig.read_bytes() == before


def test_json_and_no_secret_in_any_output(configured: Machine, kubeconfig: Path) -> None:
    told = configured.run("keyturn", "setup", "kube", "--json", status=0)
    document = json.loads(told.stdout)
    change = {"file": str(kubeconfig), "context": "aks", "before": "admin", "after": OURS}
    assert (document["dry_run"], document["changes"]) == (False, [change])
    assert document["users"][OURS]["command"] == str(HELPER)
    dry = configured.run("keyturn", "setup", "kube", "--undo", "--dry-run", "--json", status=0)
    for output in (told.stdout, told.stderr, dry.stdout, dry.stderr):
        assert "planted" not in output
