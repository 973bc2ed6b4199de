"""`keyturn setup kube`: what has to be set up once more."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from support.machine.machine import PROGRAMS
from support.needs import need
from support.scenes.setup.kubeconfig import CONFIG, HELPER, KUBECONFIG, OURS, configured, kubeconfig, users

if TYPE_CHECKING:
    from pathlib import Path

    from support.machine.machine import Machine

__all__ = ["configured", "kubeconfig"]


def test_a_policy_of_kubectls_own_is_told_and_never_set_up_again(configured: Machine, kubeconfig: Path) -> None:
    """kuberc, since kubectl 1.35: only its owner can allow what it forbids."""
    configured.configure(CONFIG.replace('"https://second.example:6443" = "me"\n', ""))
    policy = kubeconfig.with_name("kuberc")
    policy.write_text("credentialPluginPolicy: DenyAll\n")
    told = configured.run("keyturn", "setup", "kube", status=0)
    assert told.stderr.startswith("keyturn: warning: kubectl's policy (kuberc) forbids keyturn's helper\n")
    assert f"command={HELPER} (with kubectl 1.35, put `- name: {HELPER}` under" in told.stderr
    checked = configured.run("keyturn", "setup", "kube", "--check", status=1)
    assert f"context aks may not run {HELPER}: kubectl's policy forbids it" in checked.stdout
    assert checked.stderr.count("keyturn: hint: ") == 1
    assert configured.run("keyturn", "setup", "--check", status=0).stderr == ""
    found = configured.run("keyturn", "doctor", "--offline", status=0).stdout
    assert "kube: kubectl's policy (kuberc) forbids keyturn's helper" in found
    policy.write_text(f"credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist:\n- name: {HELPER}\n")
    configured.run("keyturn", "setup", "kube", "--check", status=0)


def test_what_az_has_overwritten_is_named(configured: Machine, kubeconfig: Path) -> None:
    """One context of two, by `az aks get-credentials --overwrite-existing`."""
    other = KUBECONFIG.replace("elsewhere", "second").replace("https://second.example", "https://second.example:6443")
    kubeconfig.write_text(other, encoding="ascii")
    configured.run("keyturn", "setup", "kube", status=0)
    assert "is up to date" in configured.run("keyturn", "setup", "kube", "--check", status=0).stdout
    kubectl = need("kubectl")
    configured.run(kubectl, "config", "set-context", "second", "--user=admin", status=0)
    checked = configured.run("keyturn", "setup", "kube", "--check", status=1)
    assert checked.stdout == f"keyturn: {kubeconfig}: context second does not ask keyturn\n"
    assert checked.stderr == "keyturn: hint: keyturn setup kube\n"
    configured.run("keyturn", "setup", "kube", status=0)
    configured.run("keyturn", "setup", "kube", "--check", status=0)


def test_an_installation_that_moved(configured: Machine, kubeconfig: Path) -> None:
    configured.run("keyturn", "setup", "kube", status=0)
    place = configured.home / "it's elsewhere"
    place.mkdir()
    (place / "keyturn").symlink_to(PROGRAMS / "keyturn")
    shutil.copy(HELPER, place)
    done = configured.run(str(place / "keyturn"), "setup", "kube", status=0)
    assert done.stdout == f"keyturn: {kubeconfig}: context aks with user {OURS}\n"
    helper = place / HELPER.name
    assert users(configured)[OURS]["exec"]["command"] == str(helper)
    configured.run("keyturn", "setup", "kube", "--check", status=0)
    helper.unlink()  # kubectl finds nothing there now, whatever else of the entry is as it should be
    checked = configured.run("keyturn", "setup", "kube", "--check", status=1)
    assert checked.stdout == f"keyturn: {kubeconfig}: context aks runs {helper}, which is not there\n"
    assert checked.stderr == "keyturn: hint: keyturn setup kube\n"
    assert f"context aks runs {helper}" in configured.run("keyturn", "doctor", "--offline", status=1).stdout
    configured.run("keyturn", "setup", "kube", status=0)
    configured.run("keyturn", "setup", "kube", "--check", status=0)


def test_check_names_what_an_older_keyturn_set_up(configured: Machine, kubeconfig: Path) -> None:
    nothing = configured.run("keyturn", "setup", "kube", "--check", status=1)
    assert nothing.stdout == f"keyturn: {kubeconfig}: context aks does not ask keyturn\n"
    assert nothing.stderr == "keyturn: hint: keyturn setup kube\n"
    configured.run("keyturn", "setup", "kube", status=0)
    assert "is up to date" in configured.run("keyturn", "setup", "kube", "--check", status=0).stdout
    old = configured.run(
        need("kubectl"), "config", "set-credentials", OURS, f"--exec-command={HELPER}", "--exec-arg=get-token",
        "--exec-arg=--profile", "--exec-arg=me", "--exec-api-version=client.authentication.k8s.io/v1beta1",
    )  # fmt: skip
    assert old.returncode == 0, old
    text = kubeconfig.read_text(encoding="ascii")
    lines = [line for line in text.splitlines(keepends=True) if "--server" not in line and "--word" not in line]
    kubeconfig.write_text("".join(lines), encoding="ascii")
    named = configured.run("keyturn", "setup", "kube", "--check", status=1)
    assert named.stdout == f"keyturn: {kubeconfig}: context aks was set up by an older keyturn\n"
    assert named.stderr == "keyturn: hint: keyturn setup kube\n"
    configured.run("keyturn", "setup", "kube", status=0)
    configured.run("keyturn", "setup", "kube", "--check", status=0)
