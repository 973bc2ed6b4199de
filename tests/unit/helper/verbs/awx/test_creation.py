"""`keyturn awx new-token`: what the command line asks for, before anything is sent."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from keyturn.errors import ConfigError, KeyturnError, ProviderUnreachable, Refused, UsageError
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


OFFLINE = "the server is away"


@pytest.fixture
def _away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can say what kind of server it is."""

    def away(*_: object, **__: object) -> None:
        raise ProviderUnreachable(OFFLINE)

    monkeypatch.setattr("keyturn.verbs.awx.new_token.ask", away)


@pytest.mark.usefixtures("_away")
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["tower"], "a token of application 7 of alice at https://awx.example, scope write"),
        (["--for-me"], "a personal token of alice at https://awx.example, scope write"),
        (["--for-me", "5"], "a token of application 5 of alice at https://awx.example, scope write"),
        (
            ["9", "--profile", "tower", "--scope", "read openid"],
            "a token of application 9 of alice at https://awx.example, scope read openid",
        ),
        (NOBODY, "a personal token of bob at https://awx.example:8443, scope write"),
        (
            [*NOBODY, "--application", "3", "--description", "nightly report"],
            'a token of application 3 of bob at https://awx.example:8443, scope write, described as "nightly report"',
        ),
    ],
)
@pytest.mark.parametrize("option", ["--what-if", "--wi"])
def test_what_if(words: list[str], sentence: str, option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(["awx", "new-token", *words, option]) == 0
    first, *rest = capsys.readouterr().out.splitlines()
    assert first == f"keyturn: what if: {sentence}"
    assert rest[0] == f"  which of the two depends on the server, which could not be asked ({OFFLINE})"


@pytest.mark.usefixtures("_away")
def test_offline_both_forms_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    dispatch(["awx", "new-token", "--for-me", "--description", "ci", "--what-if", "--json"])
    told = json.loads(capsys.readouterr().out)
    mark = f"ci keyturn new-token@{os.uname().nodename} <18 hex digits>"
    forms = [("a controller", "/api/v2"), ("a platform gateway", "/api/gateway/v1")]
    assert told == {
        "what_if": True,
        "url": "https://awx.example",
        "username": "alice",
        "application": None,
        "description": "ci",
        "scope": "write",
        "asked": [],
        "requests": [
            {
                "if": kind,
                "method": "POST",
                "url": f"https://awx.example{path}/tokens/",
                "body": {"description": mark, "scope": "write"},
            }
            for kind, path in forms
        ],
        "unsure": OFFLINE,
    }


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["tower", "--url", "https://awx.example"], "a profile has its own url, username and ca_file"),
        (["--url", "https://awx.example"], "--username: expected the name you sign in with"),
        (["--username", "alice"], "--url: expected the server's URL"),
        (["work"], "profile work is not one of an AWX"),
        (["7", "--application", "7"], "an application was given twice"),
        (["tower", "--profile", "tower"], "--application: expected the id of an application"),
        (["tower", "--application", "hunter2"], "--application: expected the id of an application"),
        (["tower", "--application", "0"], "--application: expected the id of an application"),
        (["tower", "--scope", "hunter2"], "--scope: expected some of openid, read, roles, write"),
        (["tower", "--password", "hunter2"], "a secret is not given on the command line"),
        (["tower", "hunter2"], "too many arguments"),
    ],
)
def test_wrong_usage(words: list[str], sentence: str) -> None:
    with pytest.raises(UsageError) as raised:
        dispatch(["awx", "new-token", *words])
    assert raised.value.sentence.startswith(sentence)
    assert "hunter2" not in raised.value.lines()


@pytest.mark.usefixtures("_away")
def test_only_profiles_of_an_awx_come_into_question(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert dispatch(["awx", "new-token", "--what-if"]) == 0  # tower is the only one
    (tmp_path / "config.toml").write_text(CONFIG + CONFIG[: CONFIG.index("[profile.work]")].replace("tower", "aap"))
    with pytest.raises(UsageError) as raised:
        dispatch(["awx", "new-token", "--what-if"])
    assert raised.value.sentence == "which profile: tower, aap?"
    assert raised.value.hint == "keyturn awx new-token --profile tower"
    (tmp_path / "config.toml").write_text(CONFIG[CONFIG.index("[profile.work]") :])
    with pytest.raises(ConfigError, match="one of awx"):
        dispatch(["awx", "new-token", "--what-if"])


def test_confirm_needs_somebody_to_ask() -> None:
    with pytest.raises(Refused, match="there is no terminal to ask on"):
        dispatch(["awx", "new-token", "tower", "--confirm"])


def test_without_what_if_the_daemon_is_asked() -> None:
    with pytest.raises(KeyturnError, match="KEYTURN_SOCKET"):
        dispatch(["awx", "new-token", "tower"])
