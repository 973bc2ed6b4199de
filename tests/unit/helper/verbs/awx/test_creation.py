"""`keyturn awx new-token`: what the command line asks for, before anything is sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from keyturn.errors import ConfigError, KeyturnError, Refused, UsageError
from keyturn.main import dispatch

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """
[profile.tower]
provider = "awx"
flow = "password"
url = "https://awx.example"
username = "alice"
application = 7

[profile.work]
provider = "entra"
flow = "device-code"
application_id = "11111111-2222-3333-4444-555555555555"
"""
NOBODY = ["--url", "https://awx.example:8443", "--username", "bob"]


@pytest.fixture(autouse=True)
def nothing_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No daemon could be reached or started, and there is no terminal."""
    (tmp_path / "config.toml").write_text(CONFIG, encoding="ascii")
    monkeypatch.setenv("KEYTURN_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("KEYTURN_SOCKET", "not absolute")
    monkeypatch.setattr("keyturn.reach.client.has_terminal", lambda: False)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["tower"], "a token of application 7 of alice at https://awx.example, scope write"),
        (["tower", "--personal"], "a personal token of alice at https://awx.example, scope write"),
        (
            ["tower", "--application", "9", "--scope", "read"],
            "a token of application 9 of alice at https://awx.example, scope read",
        ),
        (NOBODY, "a personal token of bob at https://awx.example:8443, scope write"),
        (
            [*NOBODY, "--application", "3", "--description", "nightly report"],
            'a token of application 3 of bob at https://awx.example:8443, scope write, described as "nightly report"',
        ),
    ],
)
def test_what_if(words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(["awx", "new-token", *words, "--what-if"]) == 0
    assert capsys.readouterr().out == f"keyturn: what if: {sentence}\n"


def test_what_if_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    dispatch(["awx", "new-token", "tower", "--personal", "--what-if", "--json"])
    assert json.loads(capsys.readouterr().out) == {
        "what_if": True,
        "url": "https://awx.example",
        "username": "alice",
        "application": None,
        "scope": "write",
        "description": None,
    }


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["tower", "--url", "https://awx.example"], "a profile has its own url, username and ca_file"),
        (["--url", "https://awx.example"], "username: expected the name you sign in with"),
        (["--username", "alice"], "url: expected the server's URL"),
        (["work"], "profile work is not one of an AWX"),
        (["tower", "--application", "7", "--personal"], "argument --personal: not allowed with"),
        (["tower", "--application", "hunter2"], "application: expected the id of an application"),
        (["tower", "--application", "0"], "application: expected the id of an application"),
        (["tower", "--scope", "hunter2"], "argument --scope: expected one of"),
        (["tower", "--password", "hunter2"], "a secret is not given on the command line"),
        (["tower", "hunter2"], "too many arguments"),
    ],
)
def test_wrong_usage(words: list[str], sentence: str) -> None:
    with pytest.raises(UsageError) as raised:
        dispatch(["awx", "new-token", *words])
    assert raised.value.sentence.startswith(sentence)
    assert "hunter2" not in raised.value.lines()


def test_only_profiles_of_an_awx_come_into_question(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert dispatch(["awx", "new-token", "--what-if"]) == 0  # tower is the only one
    (tmp_path / "config.toml").write_text(CONFIG + CONFIG[: CONFIG.index("[profile.work]")].replace("tower", "aap"))
    with pytest.raises(UsageError) as raised:
        dispatch(["awx", "new-token", "--what-if"])
    assert raised.value.sentence == "which profile: tower, aap?"
    assert raised.value.hint == "keyturn awx new-token tower"
    (tmp_path / "config.toml").write_text(CONFIG[CONFIG.index("[profile.work]") :])
    with pytest.raises(ConfigError, match="one of awx"):
        dispatch(["awx", "new-token", "--what-if"])


def test_confirm_needs_somebody_to_ask() -> None:
    with pytest.raises(Refused, match="there is no terminal to ask on"):
        dispatch(["awx", "new-token", "tower", "--confirm"])


def test_without_what_if_the_daemon_is_asked() -> None:
    with pytest.raises(KeyturnError, match="KEYTURN_SOCKET"):
        dispatch(["awx", "new-token", "tower"])
