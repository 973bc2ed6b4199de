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


@pytest.mark.parametrize("profile", ["tower", "aap-2026"])
def test_for_me_is_told_in_the_servers_words_and_kept_under_a_name(profile: str, awx: AwxScene) -> None:
    """An ordinary user's; the value is in no listing, and there again until it is forgotten."""
    awx.entrust(profile)
    words = ("--for-me", "--profile", profile, "--scope", "read", "--description", "nightly report")
    token = new_token(awx, *words, "--name", "ci")
    (live,) = awx.live(profile)
    assert (token["id"], token["scope"], token["application"]) == (live["id"], "read", None)
    assert token["summary_fields"]["user"]["username"] == "alice"
    assert token["url"].endswith(f"/tokens/{live['id']}/")
    assert (token["name"], token["server"]) == ("ci", awx.urls[profile])
    assert live["description"] == token["description"]
    assert token["description"].startswith("nightly report keyturn new-token@")
    assert token["expires"].startswith("3026-" if profile == "tower" else "20")
    machine = awx.machine
    assert token["token"] not in machine.run("keyturn", "awx", "tokens", "show", "ci", status=0).stdout
    machine.kill_daemon()
    shown = machine.run("keyturn", "awx", "tokens", "show", "ci", "--value", status=0).stdout
    assert shown == f"{token['token']}\n"
    machine.run("keyturn", "awx", "tokens", "forget", "ci", status=0)
    assert machine.run("keyturn", "awx", "tokens", "show", "ci", "--value", status=2).stdout == ""
    assert len(awx.live(profile)) == 1


def test_a_token_of_an_application(awx: AwxScene) -> None:
    awx.entrust()
    application = awx.emulator.ready.awx_applications["controller"]["id"]
    token = new_token(awx, str(application), "--profile", "tower")
    assert token["application"] == application
    assert token["refresh_token"]
    awx.change(f"application = {application}")
    assert new_token(awx, "--profile", "tower")["application"] == application
    assert new_token(awx, "--profile", "tower", "--for-me")["application"] is None


def test_an_application_that_is_not_there_or_not_for_ordinary_users(awx: AwxScene) -> None:
    awx.entrust()
    refused = awx.machine.run(*VERB, "--profile", "tower", "--application", "9999", status=1)
    assert "127.0.0.1" in refused.stderr
    awx.entrust("aap-2026")
    refused = awx.machine.run(*VERB, "7", "--profile", "aap-2026", status=1)
    assert "creates tokens of applications this way to administrators only, and alice is none" in refused.stderr
    assert awx.live() == awx.live("aap-2026") == []


@pytest.mark.parametrize("profile", ["tower", "aap"])
def test_somebody_without_a_profile(profile: str, awx: AwxScene) -> None:
    password = awx.emulator.ready.awx_users["bob"]
    told = awx.machine.run(*VERB, *at(awx, profile), "--password", "env:P", P=password, status=0).stdout
    facts = dict(line.split(" : ", 1) for line in told.splitlines())
    assert {name.strip(): value for name, value in facts.items()}["username"] == "bob"
    (live,) = awx.emulator.control.awx_tokens(SERVERS[profile], user="bob")
    assert live["scope"] == "write"


def test_without_a_password_the_profiles_own_token_makes_it(awx: AwxScene) -> None:
    """And what is made is another than its own, which the profile goes on with."""
    awx.entrust()
    own = awx.token()
    awx.emulator.control.awx_change_password("alice")
    made = new_token(awx, "tower")
    assert made["token"] != own
    assert awx.token() == own
    assert len(awx.live()) == 2


def test_an_interrupted_creation_is_found_by_the_next(awx: AwxScene) -> None:
    awx.entrust()
    awx.emulator.control.fault("controller.tokens.create", "hold")
    interrupted = awx.machine.start(*VERB, "--for-me", "--profile", "tower")
    awx.emulator.control.wait("fault.hold")
    awx.machine.kill_daemon()
    _, complaint = interrupted.communicate()
    assert b"the daemon left without an answer" in complaint  # it is not tried again: that could make two
    awx.emulator.control.release()
    awx.emulator.control.wait("controller.created.basic")
    assert len(awx.live()) == 1
    made = new_token(awx, "--for-me", "--profile", "tower")
    assert [row["id"] for row in awx.live()] == [made["id"]]


def answer(terminal: Terminal, password: str) -> None:
    terminal.wait_for("keyturn: password of alice at ")
    terminal.wait_for_silence()
    terminal.type(f"{password}\n")


@pytest.mark.parametrize("named", [True, False])
def test_the_password_is_asked_for_when_there_is_none(named: bool, awx: AwxScene) -> None:  # noqa: FBT001 - a parameter
    """A named profile is signed in for it, and has a token of its own then."""
    words = ["--profile", "tower"] if named else at(awx, user="alice")
    with awx.machine.terminal(*VERB, *words) as terminal:
        answer(terminal, awx.password)
        assert terminal.end() == 0
        assert "keyturn new-token@" in terminal.seen
        assert awx.password not in terminal.seen
    assert len(awx.live()) == 1 + named


def test_without_a_password_and_nobody_to_ask(awx: AwxScene) -> None:
    refused = awx.machine.run(*VERB, "--profile", "tower", status=3)
    assert refused.stderr.endswith("keyturn: hint: keyturn login tower\n")


def test_a_wrong_password(awx: AwxScene) -> None:
    refused = awx.machine.run(*VERB, *at(awx), "--password", "-", input="planted-wrong", status=1)
    assert "refused the name or the password of bob" in refused.stderr
    assert "keyturn: hint: keyturn awx new-token --help\n" in refused.stderr
    assert "planted-wrong" not in refused.stderr


@pytest.mark.parametrize(("profile", "api"), [("tower", "/api/v2"), ("aap-2026", "/api/gateway/v1")])
def test_what_if_shows_the_request_and_signs_in_to_nothing(profile: str, api: str, awx: AwxScene) -> None:
    """What is asked is the unauthenticated discovery; then the very request follows."""
    told = awx.machine.json(*VERB[1:], "--for-me", "--profile", profile, "--what-if")
    server, url = SERVERS[profile], awx.urls[profile]
    assert told["asked"][0] == f"GET {url}/api/"
    assert {name for name in awx.emulator.control.counts() if name.startswith(f"{server}.")} == {
        f"{server}.discovery"
    }
    (request,) = told["requests"]
    assert (request["method"], request["url"]) == ("POST", f"{url}{api}/tokens/")
    assert request["body"]["scope"] == "write"
    assert not list((awx.machine.state / "vault").glob("*.sealed"))
    lines = awx.machine.run(*VERB, "--for-me", "--profile", profile, "--wi", status=0).stdout
    assert "  not used: POST users/0/tokens/ (-ForMe's path: ordinary users get 404 there" in lines


@pytest.mark.parametrize(("typed", "created"), [("y\n", 1), ("Yes\n", 1), ("n\n", 0), ("\n", 0), ("\x04", 0)])
def test_confirm(typed: str, created: int, awx: AwxScene) -> None:
    awx.entrust()
    with awx.machine.terminal(*VERB, "--profile", "tower", "--confirm") as terminal:
        terminal.wait_for(r"keyturn: create a personal token of alice at \S+, scope write\? \[y/N\] ")
        assert awx.live() == []
        terminal.type(typed)
        assert terminal.end() == 1 - created
        assert ("keyturn: error: nothing was created" in terminal.seen) is not bool(created)
    assert len(awx.live()) == created


def test_confirm_with_nobody_there(awx: AwxScene) -> None:
    awx.entrust()
    refused = awx.machine.run(*VERB, "--profile", "tower", "--confirm", input="y\n", status=1)
    hint = f"keyturn: hint: {' '.join(VERB)} --profile tower --confirm --yes\n"
    assert refused.stderr == f"keyturn: error: there is no terminal to ask on\n{hint}"
    assert awx.live() == []
    awx.machine.run(*hint.split()[2:], status=0)
    assert len(awx.live()) == 1


def test_a_server_that_is_away_is_exit_4(awx: AwxScene) -> None:
    awx.entrust()
    awx.emulator.control.fault("controller", "close", times=100)
    awx.machine.run(*VERB, "--profile", "tower", status=4)
