"""`keyturn setup kube`: the forms of kubeconfigs, and what kubectl makes of what was written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from support.needs import need
from support.scenes.setup.kubeconfig import (
    HELPER,
    KUBECONFIG,
    OURS,
    arguments_of,
    configured,
    kubeconfig,
    shown_by_kubectl,
    user_of,
    users,
)

if TYPE_CHECKING:
    from pathlib import Path

    from support.machine.machine import Machine

__all__ = ["configured", "kubeconfig"]


def test_what_kubectl_rewrites_is_still_ours(configured: Machine, kubeconfig: Path) -> None:
    configured.run("keyturn", "setup", "kube", status=0)
    configured.run(need("kubectl"), "config", "set-context", "aks", "--namespace=demo", status=0)
    assert configured.run("keyturn", "setup", "kube", status=0).stdout == "keyturn: kubectl: nothing to change\n"
    configured.run("keyturn", "setup", "kube", "--undo", status=0)
    assert user_of(configured, "aks") == "admin"
    assert set(users(configured)) == {"admin"}


@pytest.mark.parametrize("place", ["data", "file"])
def test_a_ca_too_large_to_be_passed_on(configured: Machine, kubeconfig: Path, place: str) -> None:
    """No helper could be started: 128 KiB is all that fits into one variable."""
    large = "LS0t" * 31_000
    if place == "file":
        (kubeconfig.parent / "ca.pem").write_text("x" * 91_000, encoding="ascii")
        entry = "certificate-authority: ca.pem"
    else:
        entry = f"certificate-authority-data: {large}"
    line = "certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg=="
    kubeconfig.write_text(KUBECONFIG.replace(line, entry), encoding="ascii")
    configured.run("keyturn", "setup", "kube", status=0)
    assert users(configured)[OURS]["exec"]["provideClusterInfo"] is False


def test_several_files_each_keep_their_own(configured: Machine, kubeconfig: Path) -> None:
    other = configured.home / "other"
    other.write_text("contexts:\n- context:\n    cluster: aks\n    user: bob\n  name: bobs\n", encoding="ascii")
    configured.environment["KUBECONFIG"] = f"{kubeconfig}:{other}:{configured.home}/missing"
    done = configured.run("keyturn", "setup", "kube", status=0)
    assert done.stdout.count("instead of") == 2
    assert f"name: {OURS}" in kubeconfig.read_text(encoding="ascii")
    assert "- name: keyturn/me:bob\n" in other.read_text(encoding="ascii")
    assert user_of(configured, "bobs") == "keyturn/me:bob"
    assert not (configured.home / "missing").exists()


def test_a_file_named(configured: Machine, kubeconfig: Path) -> None:
    other = configured.home / "-weird file"
    other.write_text(KUBECONFIG, encoding="ascii")
    configured.run("keyturn", "setup", "kube", "--kubeconfig=-weird file", status=0)
    assert user_of(configured, "aks", f"--kubeconfig={other}") == OURS
    assert kubeconfig.read_text(encoding="ascii") == KUBECONFIG


def test_json_is_a_kubeconfig_too(configured: Machine, kubeconfig: Path) -> None:
    shown = configured.run(need("kubectl"), "config", "view", "--raw", "--output=json", status=0).stdout
    kubeconfig.write_text(shown, encoding="ascii")
    configured.run("keyturn", "setup", "kube", status=0)
    assert user_of(configured, "aks") == OURS
    configured.run("keyturn", "setup", "kube", "--undo", status=0)
    assert json.loads(kubeconfig.read_text(encoding="ascii")) == json.loads(shown)


@pytest.mark.parametrize("name", ["a b", "it's", 'say "hi"', "yes", "a: b", "#1", "ünï", "keyturn/me:x", "1e3"])
def test_users_with_strange_names(configured: Machine, kubeconfig: Path, name: str) -> None:
    text = KUBECONFIG.replace("user: admin # for now", f"user: {json.dumps(name, ensure_ascii=False)}")
    kubeconfig.write_text(text, encoding="utf-8")
    configured.run("keyturn", "setup", "kube", status=0)
    assert user_of(configured, "aks") == f"keyturn/me:{name}"
    configured.run("keyturn", "setup", "kube", "--undo", status=0)
    assert user_of(configured, "aks") == name


def test_a_form_that_cannot_be_edited_is_written_anew(configured: Machine, kubeconfig: Path) -> None:
    """As kubectl does it with any file that it changes; what it means stays."""
    text = KUBECONFIG.replace("    cluster: aks\n    user: admin # for now", "    {cluster: aks, user: admin}")
    kubeconfig.write_text(text, encoding="ascii")
    before = shown_by_kubectl(configured)
    told = configured.run("keyturn", "setup", "kube", status=0).stdout
    assert f"keyturn: {kubeconfig} was in a form that has to be written anew: its comments are gone\n" in told
    assert user_of(configured, "aks") == OURS
    configured.run("keyturn", "setup", "kube", "--undo", status=0)
    assert shown_by_kubectl(configured) == before


def test_what_is_written_anew_is_read_by_kubectl_too(configured: Machine, kubeconfig: Path) -> None:
    """Go finds a number in 1e3, and there kubectl and helm would end: written without kubectl's help, they did."""
    text = KUBECONFIG.replace("    cluster: aks\n    user: admin # for now", '    {cluster: aks, user: "1e3"}')
    kubeconfig.write_text(text, encoding="ascii")
    before = shown_by_kubectl(configured)
    configured.run("keyturn", "setup", "kube", status=0)
    assert user_of(configured, "aks") == "keyturn/me:1e3"
    configured.run("keyturn", "setup", "kube", "--undo", status=0, PATH=str(configured.home))
    assert shown_by_kubectl(configured) == before


def test_aliases_stay_as_they_are(configured: Machine, kubeconfig: Path) -> None:
    text = KUBECONFIG.replace("    cluster: aks\n    user: admin # for now", "    {cluster: *aks, user: admin}")
    kubeconfig.write_text(text.replace("- name: aks\n  cluster:", "- name: &aks aks\n  cluster:"), encoding="ascii")
    before = kubeconfig.read_bytes()
    refused = configured.run("keyturn", "setup", "kube", status=1)
    assert "is written in a form that keyturn does not change" in refused.stderr
    assert kubeconfig.read_bytes() == before
    told = configured.run("keyturn", "setup", "kube", "--dry-run", status=0).stdout
    word = told.partition('- "--word"')[2].split()[1].strip('"')
    by_hand = (str(HELPER), *arguments_of("me"), word)
    assert "nobody is signed in for profile me" in configured.run(*by_hand, status=3).stderr, (
        "it is a word that counts"
    )


def test_what_looks_right_and_is_not_is_noticed_by_kubectl(configured: Machine, kubeconfig: Path) -> None:
    """A text in a text: the lines below are no users."""
    text = KUBECONFIG.replace("users:", "preferences:\n  colors: true\n  extensions: []\nusers: # those\n").replace(
        "# for now", "\n    user: admin"
    )
    kubeconfig.write_text(text, encoding="ascii")
    refused = configured.run("keyturn", "setup", "kube", status=1)
    assert kubeconfig.read_text(encoding="ascii") == text
    assert "keyturn: error: " in refused.stderr


def test_a_link_stays_a_link(configured: Machine, kubeconfig: Path) -> None:
    real = configured.home / "dotfiles"
    kubeconfig.rename(real)
    kubeconfig.symlink_to(real)
    configured.run("keyturn", "setup", "kube", status=0)
    assert kubeconfig.is_symlink()
    assert user_of(configured, "aks") == OURS


def test_another_program_that_is_changing_it(configured: Machine, kubeconfig: Path) -> None:
    lock = kubeconfig.with_name("config.lock")
    lock.touch()
    refused = configured.run("keyturn", "setup", "kube", status=1)
    assert f"keyturn: hint: if none runs: rm {lock}\n" in refused.stderr
    assert kubeconfig.read_text(encoding="ascii") == KUBECONFIG
    lock.unlink()
    configured.run("keyturn", "setup", "kube", status=0)
    assert not lock.exists()


def test_no_kubectl(configured: Machine, kubeconfig: Path) -> None:
    empty = configured.home / "empty"
    empty.mkdir()
    before = shown_by_kubectl(configured)
    configured.run("keyturn", "setup", "kube", status=0, PATH=str(empty))
    assert user_of(configured, "aks") == OURS
    configured.run("keyturn", "setup", "kube", "--undo", status=0, PATH=str(empty))
    assert shown_by_kubectl(configured) == before
    kubeconfig.write_text("contexts: &planted-secret []\nusers: *planted-secret\n", encoding="ascii")
    refused = configured.run("keyturn", "setup", "kube", status=1, PATH=str(empty))
    assert refused.stderr == (
        f"keyturn: error: {kubeconfig} is not a kubeconfig that can be read without kubectl\n"
        "keyturn: hint: install kubectl, or write the file without aliases, and each key once\n"
    )
