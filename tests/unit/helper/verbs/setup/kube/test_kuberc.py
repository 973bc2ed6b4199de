"""kubectl's policy on plugins: which of them keep our helper from running."""

from __future__ import annotations

import os
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from keyturn.verbs.setup.kube import report
from keyturn.verbs.setup.kube.kuberc import Policy, forbids

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = "/opt/keyturn/bin/kube-credential-keyturn"
HEAD = "apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\n"
LISTED = "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist:\n"


@pytest.fixture
def kuberc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("KUBERC", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    path = tmp_path / ".kube/kuberc"
    path.parent.mkdir()
    return path


@pytest.mark.parametrize(
    ("text", "forbidden"),
    [
        ("", False),
        ("credentialPluginPolicy: AllowAll\n", False),
        ('credentialPluginPolicy: ""\n', False),
        ("credentialPluginPolicy: DenyAll  # for now\n", True),
        ("credentialPluginPolicy: 'DenyAll'\n", True),
        (f"{LISTED}- command: {PROGRAM}\n", False),
        (f'{LISTED}  - command: "{PROGRAM}"\n', False),
        (f"{LISTED}- name: {PROGRAM} # as in 1.35\n", False),
        (f"{LISTED}-\n  command: {PROGRAM}\n", False),
        (f"{LISTED}- command: /usr/bin/kube-credential-keyturn\n", True),
        (f"{LISTED}- command: aws\n", True),
        (f"{LISTED}- command: aws\naliases:\n- name: x\n  command: {PROGRAM}\n", True),
        (f"# credentialPluginPolicy: DenyAll\ncredentialPluginAllowlist:\n- command: {PROGRAM}\n", False),
    ],
)
def test_policies(kuberc: Path, text: str, *, forbidden: bool) -> None:
    kuberc.write_text(HEAD + text)
    found = forbids(PROGRAM)
    assert (found and found.file) == (kuberc if forbidden else None)


def test_a_bare_name_is_what_path_leads_it_to(kuberc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = kuberc.parent / "kube-credential-keyturn"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    kuberc.write_text(f"{HEAD}{LISTED}- command: kube-credential-keyturn\n")
    monkeypatch.setenv("PATH", str(kuberc.parent))
    assert forbids(str(program)) is None
    assert forbids(PROGRAM) == (kuberc, ("kube-credential-keyturn",))


def test_what_is_allowed_already_stays_allowed(kuberc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`kubectl kuberc set` (1.36 and 1.37) writes the list anew: another plugin would run no more."""
    monkeypatch.setattr(report, "program", lambda _: PROGRAM)
    kuberc.write_text(f"{HEAD}{LISTED}- command: aws\n- name: /opt/my plugins/gke # of 1.35\n")
    [hint] = report.policies([{"command": PROGRAM}])
    entry = "--allowlist-entry=command="
    assert f" {entry}aws '{entry}/opt/my plugins/gke' {entry}{PROGRAM} (" in hint


def test_which_file(kuberc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert forbids(PROGRAM) is None, "there is none"
    kuberc.write_text(f"{HEAD}credentialPluginPolicy: DenyAll\n")
    monkeypatch.setenv("KUBERC", "off")
    assert forbids(PROGRAM) is None
    monkeypatch.setenv("KUBERC", str(kuberc.with_name("other")))
    assert forbids(PROGRAM) is None


def test_a_pipe_forbids_nothing_and_is_not_waited_for(kuberc: Path) -> None:
    os.mkfifo(kuberc)
    found: list[Policy | None] = []
    looking = Thread(target=lambda: found.append(forbids(PROGRAM)), daemon=True)
    looking.start()
    looking.join(10)
    assert found == [None]


def test_nobody_is_told_to_allow_another_program_that_is_called_as_ours(
    kuberc: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kubeconfig of somebody else's names its own: whoever followed the hint would let kubectl run it."""
    monkeypatch.setattr(report, "program", lambda _: PROGRAM)
    kuberc.write_text(f"{HEAD}credentialPluginPolicy: DenyAll\n")
    theirs = {"command": "/srv/clone/kube-credential-keyturn"}
    assert report.policies([theirs]) == []
    [hint] = report.policies([theirs, {"command": PROGRAM}])
    assert PROGRAM in hint
    assert "clone" not in hint
