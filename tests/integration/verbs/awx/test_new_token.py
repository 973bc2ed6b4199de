"""`keyturn awx new-token`: a token that somebody else will keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.scenes.awx import SERVERS, AwxScene, awx

if TYPE_CHECKING:
    from support.machine.terminal import Terminal

__all__ = ["awx"]

VERB = ("keyturn", "awx", "new-token")


def new_token(awx: AwxScene, *words: str, **options: Any) -> dict[str, Any]:
    token: dict[str, Any] = awx.machine.json(*VERB[1:], *words, **options)
    return token


def at(awx: AwxScene, profile: str = "tower", user: str = "bob") -> list[str]:
    """The options that lead a user to a server without a profile."""
    return ["--url", awx.urls[profile], "--username", user, "--ca-file", awx.emulator.ready.ca_file]


@pytest.mark.parametrize("profile", ["tower", "aap"])
def test_a_personal_token_of_a_profile(profile: str, awx: AwxScene) -> None:
    awx.entrust(profile)
    token = new_token(awx, profile, "--scope", "read", "--description", "nightly report")
    (live,) = awx.live(profile)
    assert (token["id"], token["scope"], token["user"]) == (live["id"], "read", "alice")
    assert (live["scope"], live["application"]) == ("read", None)
    assert live["description"] == token["description"]
    assert token["description"].startswith(f"nightly report keyturn {profile}@")
    assert token["url"].startswith(f"{awx.urls[profile]}/api/")


def test_the_life_that_is_told_is_the_servers(awx: AwxScene) -> None:
    awx.entrust()
    token = new_token(awx, "tower")
    assert token["expires_on"][:4] == token["expires"][:4] == "3026"
    (live,) = awx.live()
    assert abs(token["expires_at"] - awx.machine.json("token", "tower")["expires_at"]) > 900 * 365 * 86400
    assert live["expires_in"] > 900 * 365 * 86400


def test_a_token_of_an_application(awx: AwxScene) -> None:
    awx.entrust()
    application = awx.emulator.ready.awx_applications["controller"]["id"]
    token = new_token(awx, "tower", "--application", str(application))
    assert token["application"] == application
    assert token["refresh_token"]
    awx.change(f"application = {application}")
    assert new_token(awx, "tower")["application"] == application
    assert new_token(awx, "tower", "--personal")["application"] is None


def test_an_application_that_is_not_there(awx: AwxScene) -> None:
    awx.entrust()
    refused = awx.machine.run(*VERB, "tower", "--application", "9999", status=1)
    assert "127.0.0.1" in refused.stderr
    assert awx.live() == []


@pytest.mark.parametrize("profile", ["tower", "aap"])
def test_somebody_without_a_profile(profile: str, awx: AwxScene) -> None:
    password = awx.emulator.ready.awx_users["bob"]
    told = awx.machine.run(*VERB, *at(awx, profile), "--password", "env:P", P=password, status=0).stdout
    facts = dict(line.split(" : ", 1) for line in told.splitlines())
    assert {name.strip(): value for name, value in facts.items()}["user"] == "bob"
    (live,) = awx.emulator.control.awx_tokens(SERVERS[profile], user="bob")
    assert live["scope"] == "write"


def test_nothing_is_kept(awx: AwxScene) -> None:
    password = awx.emulator.ready.awx_users["bob"]
    new_token(awx, *at(awx), "--password", "-", input=password)
    assert not (awx.machine.state / "vault").exists()


def test_the_profiles_own_token_is_another(awx: AwxScene) -> None:
    awx.entrust()
    own = awx.token()
    assert new_token(awx, "tower")["access_token"] != own
    assert awx.token() == own
    assert len(awx.live()) == 2


def answer(terminal: Terminal, password: str) -> None:
    terminal.wait_for("keyturn: password of alice at ")
    terminal.wait_for_silence()
    terminal.type(f"{password}\n")


@pytest.mark.parametrize("named", [True, False])
def test_the_password_is_asked_for_when_there_is_none(named: bool, awx: AwxScene) -> None:  # noqa: FBT001 - a parameter
    words = ["tower"] if named else at(awx, user="alice")
    with awx.machine.terminal(*VERB, *words) as terminal:
        answer(terminal, awx.password)
        assert terminal.end() == 0
        assert "access_token" in terminal.seen
        assert awx.password not in terminal.seen
    assert len(awx.live()) == 1


def test_without_a_password_and_nobody_to_ask(awx: AwxScene) -> None:
    refused = awx.machine.run(*VERB, "tower", status=3)
    assert refused.stderr.startswith("keyturn: error: the vault holds no password of alice at ")


def test_a_wrong_password(awx: AwxScene) -> None:
    refused = awx.machine.run(*VERB, *at(awx), "--password", "-", input="planted-wrong", status=1)
    assert "refused the name or the password of bob" in refused.stderr
    assert "keyturn: hint: keyturn awx new-token --help\n" in refused.stderr
    assert "planted-wrong" not in refused.stderr


def test_what_if_sends_nothing(awx: AwxScene) -> None:
    told = awx.machine.run(*VERB, "tower", "--what-if", status=0).stdout
    assert told == f"keyturn: what if: a personal token of alice at {awx.urls['tower']}, scope write\n"
    assert awx.machine.daemon_pid() is None
    assert not [name for name in awx.emulator.control.counts() if name.startswith("controller")]


@pytest.mark.parametrize(("typed", "created"), [("y\n", 1), ("Yes\n", 1), ("n\n", 0), ("\n", 0), ("\x04", 0)])
def test_confirm(typed: str, created: int, awx: AwxScene) -> None:
    awx.entrust()
    with awx.machine.terminal(*VERB, "tower", "--confirm") as terminal:
        terminal.wait_for(r"keyturn: create a personal token of alice at \S+, scope write\? \[y/N\] ")
        assert awx.live() == []
        terminal.type(typed)
        assert terminal.end() == 1 - created
        assert ("keyturn: error: nothing was created" in terminal.seen) is not bool(created)
    assert len(awx.live()) == created


def test_confirm_with_nobody_there(awx: AwxScene) -> None:
    awx.entrust()
    refused = awx.machine.run(*VERB, "tower", "--confirm", input="y\n", status=1)
    assert refused.stderr.startswith("keyturn: error: there is no terminal to ask on\n")
    assert awx.live() == []


def test_a_server_that_is_away_is_exit_4(awx: AwxScene) -> None:
    awx.entrust()
    awx.emulator.control.fault("controller", "close", times=100)
    awx.machine.run(*VERB, "tower", status=4)
