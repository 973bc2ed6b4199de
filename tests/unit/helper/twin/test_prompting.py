"""What keeps git from asking a person keeps us from it."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from keyturn.twin import prompting
from support.needs import need

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a work tree, with no settings but a test's own."""
    for name in ("GIT_TERMINAL_PROMPT", "GCM_INTERACTIVE", "GIT_CONFIG_PARAMETERS", "GIT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.chdir(tmp_path)
    subprocess.run([need("git"), "init", "-q"], check=True)


def test_a_person_may_be_asked() -> None:
    assert prompting.is_allowed()


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("GIT_TERMINAL_PROMPT", "0", False),
        ("GIT_TERMINAL_PROMPT", "False", False),
        ("GIT_TERMINAL_PROMPT", "", False),
        ("GIT_TERMINAL_PROMPT", "1", True),
        ("GCM_INTERACTIVE", "never", False),
        ("GCM_INTERACTIVE", "0", False),
        ("GCM_INTERACTIVE", "always", True),
        ("GIT_CONFIG_PARAMETERS", "'credential.interactive=never'", False),
        ("GIT_CONFIG_PARAMETERS", "'credential.interactive'='false'", False),
        ("GIT_CONFIG_PARAMETERS", "'credential.interactive=true'", True),
        ("PATH", "/nowhere", True),
    ],
)
def test_a_variable_says_so(monkeypatch: pytest.MonkeyPatch, name: str, value: str, *, allowed: bool) -> None:
    monkeypatch.setenv(name, value)
    assert prompting.is_allowed() is allowed


@pytest.mark.parametrize("elsewhere", [None, "/nowhere"])
def test_a_repository_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, elsewhere: str | None) -> None:
    subprocess.run([need("git"), "config", "credential.interactive", "off"], check=True, cwd=tmp_path)
    if elsewhere is not None:
        monkeypatch.setenv("GIT_CONFIG", elsewhere)  # obeyed by `git config` alone
    assert not prompting.is_allowed()
