"""`keyturn setup kube`: the way back, and what stays known until then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.needs import need
from support.scenes.setup.kubeconfig import CONFIG, KUBECONFIG, OURS, configured, kept, kubeconfig, user_of, users

if TYPE_CHECKING:
    from pathlib import Path

    from support.machine.machine import Machine

__all__ = ["configured", "kubeconfig"]


def test_nothing_else_changes_and_undo_brings_back_every_byte(configured: Machine, kubeconfig: Path) -> None:
    configured.run("keyturn", "setup", "kube", status=0)
    changed = kubeconfig.read_text(encoding="ascii")
    assert set(KUBECONFIG.splitlines()) - set(changed.splitlines()) == {"    user: admin # for now"}
    assert f"    user: {OURS} # for now\n" in changed
    assert kubeconfig.stat().st_mode & 0o777 == 0o640
    configured.run("keyturn", "setup", "kube", "--undo", status=0)
    assert kubeconfig.read_text(encoding="ascii") == KUBECONFIG
    again = configured.run("keyturn", "setup", "kube", "--undo", status=0)
    assert again.stdout == "keyturn: kubectl: nothing to change\n"
    assert kept(configured) == [], "nothing is kept either"


@pytest.mark.parametrize("written", ["", "users: [] # nobody\n", "users:\n"])
def test_a_list_of_users_with_nobody_in_it_comes_back_as_it_was(
    configured: Machine, kubeconfig: Path, written: str
) -> None:
    text = KUBECONFIG.partition("users:")[0] + written
    kubeconfig.write_text(text, encoding="ascii")
    configured.run("keyturn", "setup", "kube", status=0)
    configured.run("keyturn", "setup", "kube", status=0)
    assert OURS in users(configured)
    configured.run("keyturn", "setup", "kube", "--undo", status=0)
    assert kubeconfig.read_text(encoding="ascii") == text
    assert kept(configured) == []


def test_what_another_kubeconfig_still_needs_is_kept(configured: Machine, kubeconfig: Path) -> None:
    other = configured.home / "other"
    other.write_text(KUBECONFIG, encoding="ascii")
    configured.run("keyturn", "setup", "kube", status=0)
    configured.run("keyturn", "setup", "kube", "--kubeconfig=other", status=0)
    configured.run("keyturn", "setup", "kube", "--undo", "--kubeconfig=.kube/config", status=0)
    assert kubeconfig.read_text(encoding="ascii") == KUBECONFIG
    assert configured.run("keyturn", "setup", "kube", "--check", "--kubeconfig=other", status=0).stderr == ""


def test_a_kubeconfig_that_was_named_once_is_known_from_then_on(configured: Machine, kubeconfig: Path) -> None:
    """By --check, doctor and --undo; but what was chosen for it stays as it is."""
    other = configured.home / "other"
    other.write_text(KUBECONFIG, encoding="ascii")
    kubeconfig.unlink()
    configured.configure(CONFIG.replace('"https://second.example:6443" = "me"\n', ""))
    configured.run("keyturn", "setup", "kube", "--kubeconfig=other", "--profile=third", status=0)
    ours = other.read_text(encoding="ascii")
    assert configured.run("keyturn", "setup", "kube", status=0).stdout == "keyturn: kubectl: nothing to change\n"
    assert configured.run("keyturn", "setup", "--check", status=0).stderr == ""
    assert "kube asks keyturn for all of its targets" in configured.run("keyturn", "doctor", "--offline").stdout
    assert other.read_text(encoding="ascii") == ours
    (configured.state / "clusters.json").write_text(
        (configured.state / "clusters.json").read_text().replace("third", "me")
    )
    again = f"keyturn setup kube --kubeconfig {other}\n"
    checked = configured.run("keyturn", "setup", "kube", "--check", status=1)
    assert checked.stdout == f"keyturn: {other}: context aks was set up on another machine, or is out of date\n"
    assert checked.stderr == f"keyturn: hint: {again}"
    told = configured.run("keyturn", "doctor", "--offline").stdout
    assert f"kube: {other}: context aks was set up on another machine, or is out of date" in told
    assert again in told
    configured.run("keyturn", "setup", "kube", "--undo", status=0)
    assert other.read_text(encoding="ascii") == KUBECONFIG
    assert kept(configured) == []


def test_a_stanza_that_somebody_has_edited_is_undone_all_the_same(configured: Machine, kubeconfig: Path) -> None:
    configured.run("keyturn", "setup", "kube", status=0)
    text = kubeconfig.read_text(encoding="ascii")
    kubeconfig.write_text(text.replace("      - https://aks.example", "      - nonsense"), encoding="ascii")
    named = configured.run("keyturn", "setup", "kube", "--check", status=1)
    assert "context aks was set up on another machine, or is out of date" in named.stdout
    configured.run("keyturn", "setup", "kube", "--undo", status=0)
    assert user_of(configured, "aks") == "admin"


def test_the_way_back_reads_like_success(configured: Machine, kubeconfig: Path) -> None:
    configured.run("keyturn", "setup", "kube", status=0)
    undone = configured.run("keyturn", "setup", "kube", "--undo", status=0).stdout
    assert undone == f"keyturn: {kubeconfig}: context aks with user admin again\n"


def test_the_context_of_a_target_that_is_gone_gets_its_user_back(configured: Machine, kubeconfig: Path) -> None:
    """Az would have been asked for it before keyturn, and keyturn refuses it now."""
    kubeconfig.write_text(
        KUBECONFIG.replace("https://elsewhere.example", "https://second.example:6443"), encoding="ascii"
    )
    configured.run("keyturn", "setup", "kube", status=0)
    configured.configure(CONFIG.replace('"https://second.example:6443" = "me"\n', ""))
    for check in (["setup", "--check"], ["setup", "kube", "--check"]):
        told = configured.run("keyturn", *check, status=1)
        assert "context elsewhere asks keyturn, and its cluster is no target" in told.stdout
    configured.run("keyturn", "setup", "kube", status=0)
    assert (user_of(configured, "aks"), user_of(configured, "elsewhere")) == (OURS, "admin")
    assert "keyturn/me+2:admin" not in users(configured)
    assert configured.run("keyturn", "setup", "kube", "--check", status=0).stderr == ""
    configured.run("keyturn", "setup", "kube", "--undo", status=0)
    assert kept(configured) == []


def test_a_kubeconfig_that_was_fetched_anew_leaves_nothing_behind(configured: Machine, kubeconfig: Path) -> None:
    configured.run("keyturn", "setup", "kube", status=0)
    configured.run(need("kubectl"), "config", "set-context", "aks", "--user=fresh", status=0)
    configured.run("keyturn", "setup", "kube", status=0)
    assert user_of(configured, "aks") == "keyturn/me:fresh"
    assert set(users(configured)) == {"admin", "keyturn/me:fresh"}
