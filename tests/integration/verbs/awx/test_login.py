"""`keyturn login`, `secret`, `logout`, `status`, `profile` and `token` for a profile of an AWX."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from support.scenes.awx import AwxScene, awx

if TYPE_CHECKING:
    from support.machine.terminal import Terminal

__all__ = ["awx"]

PROMPT = "keyturn: password of alice at "


def answer(terminal: Terminal, password: str, question: str = PROMPT) -> None:
    """Type a password once it is asked for and the echo is off."""
    terminal.wait_for(question)
    terminal.wait_for_silence()
    terminal.type(f"{password}\n")


def sign_in(awx: AwxScene, profile: str = "tower", *words: str) -> str:
    """Sign in at a terminal; what was seen there."""
    with awx.machine.terminal("keyturn", "login", profile, *words) as terminal:
        answer(terminal, awx.password)
        assert terminal.end() == 0
        assert awx.password not in terminal.seen
        return terminal.seen


@pytest.mark.parametrize("profile", ["tower", "aap"])
def test_the_password_is_typed_without_echo(profile: str, awx: AwxScene) -> None:
    place = awx.urls[profile].removeprefix("https://")
    seen = sign_in(awx, profile)
    assert f"{PROMPT}{place}: " in seen
    assert f"keyturn: profile {profile} is signed in as alice, token valid for 6 d 23 h" in seen
    assert [token["scope"] for token in awx.live(profile)] == ["write"]


def test_a_mistyped_password_may_be_corrected(awx: AwxScene) -> None:
    with awx.machine.terminal("keyturn", "login", "tower") as terminal:
        answer(terminal, "mistyped")
        answer(terminal, awx.password, "refused it; password of alice")
        assert terminal.end() == 0
    assert len(awx.live()) == 1


def test_a_wrong_password_is_refused(awx: AwxScene) -> None:
    with awx.machine.terminal("keyturn", "login", "tower") as terminal:
        answer(terminal, "mistyped")
        answer(terminal, "mistyped again", "refused it; password of alice")
        assert terminal.end() == 1
        assert "keyturn: error: " in terminal.seen
    assert "not signed in: keyturn login tower" in awx.machine.run("keyturn", "status", status=0).stdout


def test_the_prompt_goes_to_the_terminal_and_the_token_to_standard_output(awx: AwxScene) -> None:
    with awx.machine.terminal("keyturn", "token", "tower", piped=True) as terminal:
        answer(terminal, awx.password)
        assert terminal.process.stdout is not None
        printed = terminal.process.stdout.read().decode()
        assert terminal.end() == 0
    assert printed == f"{awx.token()}\n"


def test_nothing_entered(awx: AwxScene) -> None:
    with awx.machine.terminal("keyturn", "login", "tower") as terminal:
        answer(terminal, "")
        assert terminal.end() == 1
        assert "keyturn: error: nothing was entered" in terminal.seen
    assert awx.live() == []


def test_ctrl_c_at_the_prompt(awx: AwxScene) -> None:
    with awx.machine.terminal("keyturn", "login", "tower") as terminal:
        terminal.wait_for(PROMPT)
        terminal.wait_for_silence()
        terminal.type("\x03")
        assert terminal.end() == 130
        assert "Traceback" not in terminal.seen
    assert awx.live() == []


def test_again_leaves_one_token(awx: AwxScene) -> None:
    sign_in(awx)
    first = awx.token()
    sign_in(awx, "tower", "--again")
    assert awx.token() != first
    assert len(awx.live()) == 1


def test_a_password_that_the_profile_keeps(awx: AwxScene) -> None:
    awx.change("keep_password = true")
    sign_in(awx)
    assert "signed in as alice, password in the vault" in awx.machine.run("keyturn", "status", status=0).stdout
    awx.emulator.control.awx_revoke("controller")
    awx.machine.run("keyturn", "token", "tower", "--renew", status=0)
    assert len(awx.live()) == 1


def test_an_entrusted_password(awx: AwxScene) -> None:
    with awx.machine.terminal("keyturn", "secret", "set", "tower") as terminal:
        answer(terminal, awx.password, "keyturn: password of tower: ")
        assert terminal.end() == 0
        assert "keyturn: the vault keeps the password of profile tower" in terminal.seen
    assert "password in the vault" in awx.machine.run("keyturn", "status", status=0).stdout
    assert awx.machine.json("login", "tower")["account"] == "alice"
    awx.machine.kill_daemon()
    awx.machine.run("keyturn", "login", "tower", status=0)
    assert awx.emulator.control.count("controller.tokens.create") == 1


def test_a_wrong_entrusted_password_is_no_sign_in(awx: AwxScene) -> None:
    awx.machine.run("keyturn", "secret", "set", "tower", "-", input="planted-wrong", status=0)
    refused = awx.machine.run("keyturn", "token", "tower", status=1)
    assert "keyturn: hint: keyturn secret set tower" in refused.stderr
    assert "planted-wrong" not in refused.stderr
    told = awx.machine.run("keyturn", "status", status=0).stdout
    assert "password in the vault" in told
    assert "signed in" not in told.replace("not signed in: keyturn login aap", "")


@pytest.mark.parametrize("profile", ["tower", "aap"])
def test_logout_deletes_the_token_on_the_server(profile: str, awx: AwxScene) -> None:
    sign_in(awx, profile)
    place = awx.urls[profile].removeprefix("https://")
    told = awx.machine.run("keyturn", "logout", profile, status=0).stdout
    assert told == f"keyturn: profile {profile}: forgot 2 records, and nothing of it lives at {place} any more\n"
    assert awx.live(profile) == []
    awx.machine.run("keyturn", "token", profile, status=3)


def test_logout_without_a_sign_in_asks_nobody(awx: AwxScene) -> None:
    awx.entrust()
    assert awx.machine.json("logout", "tower") == {"profile": "tower", "records": 1, "revoked": False}
    assert not [name for name in awx.emulator.control.counts() if name.startswith("controller")]


def test_a_token_of_a_profile_that_is_gone_is_not_orphaned_silently(awx: AwxScene) -> None:
    awx.entrust()
    awx.token()
    awx.machine.configure(awx.config.replace("[profile.tower]", "[profile.renamed]"))
    refused = awx.machine.run("keyturn", "logout", "tower", status=1)
    assert "the configuration has no profile tower, whose token at" in refused.stderr
    assert "keyturn: hint: keyturn logout tower --locally\n" in refused.stderr
    assert awx.live()
    awx.machine.run("keyturn", "logout", "tower", "--locally", status=0)


def test_logout_while_the_server_is_away_forgets_nothing(awx: AwxScene) -> None:
    sign_in(awx)
    token = awx.token()
    awx.emulator.control.fault("controller", "close", times=100)
    refused = awx.machine.run("keyturn", "logout", "tower", status=4)
    assert refused.stderr.endswith("\nkeyturn: hint: keyturn logout tower --locally\n")
    awx.machine.kill_daemon()
    assert awx.token() == token
    awx.emulator.control.clear_faults()
    assert awx.machine.json("logout", "tower")["revoked"] is True
    assert awx.live() == []


def test_logout_of_all_goes_on_behind_a_server_that_is_away(awx: AwxScene) -> None:
    for profile in ("tower", "aap"):
        awx.entrust(profile)
        awx.token(profile)
    awx.emulator.control.fault("controller", "close", times=9)
    done = awx.machine.run("keyturn", "logout", "--all", status=1)
    error, hint = done.stderr.splitlines()
    assert error.startswith("keyturn: error: profile tower: ")
    assert hint == "keyturn: hint: keyturn logout tower --locally"
    assert done.stdout.startswith("keyturn: profile aap: forgot 3 records")
    assert awx.live("aap") == []
    told = json.loads(awx.machine.run("keyturn", "logout", "--all", "--json", status=1).stdout)
    assert [each.get("records") for each in told] == [None, 0, 0]
    assert told[0]["error"]["hint"] == "keyturn logout tower --locally"


def test_logout_locally_asks_no_server(awx: AwxScene) -> None:
    sign_in(awx)
    awx.emulator.control.fault("controller", "close", times=100)
    told = awx.machine.run("keyturn", "logout", "tower", "--locally", status=0).stdout
    assert told.startswith("keyturn: profile tower: forgot 2 records; 127.0.0.1:")
    assert told.endswith(" was not asked to delete anything\n")
    assert awx.emulator.control.count("fault.close") == 0
    assert len(awx.live()) == 1
    awx.machine.run("keyturn", "token", "tower", status=3)


def test_every_format_of_a_token(awx: AwxScene) -> None:
    awx.entrust()
    token, url = awx.token(), awx.urls["tower"]

    def printed(form: str) -> str:
        return awx.machine.run("keyturn", "token", "tower", "--format", form, status=0).stdout

    assert printed("text") == f"{token}\n"
    assert printed("header") == f"Authorization: Bearer {token}\n"
    assert printed("env") == f"CONTROLLER_HOST={url}\nCONTROLLER_OAUTH_TOKEN={token}\n"
    shown = awx.machine.json("token", "tower")
    facts = {name: shown[name] for name in ("provider", "url", "account", "scopes", "profile")}
    assert facts == {"provider": "awx", "url": url, "account": "alice", "scopes": ["write"], "profile": "tower"}


def test_a_read_token(awx: AwxScene) -> None:
    awx.change('scope = "read"')
    awx.entrust()
    assert awx.machine.json("token", "tower")["scopes"] == ["read"]
    assert [token["scope"] for token in awx.live()] == ["read"]


def test_profiles_and_status_show_where(awx: AwxScene) -> None:
    url = awx.urls["tower"]
    listed = awx.machine.run("keyturn", "profile", "list", status=0).stdout.splitlines()
    assert listed[1].split() == ["tower", "password", url, "-"]
    shown = awx.machine.run("keyturn", "profile", "show", "tower", status=0).stdout
    assert f"url            {url}\nusername       alice\n" in shown
    assert "token          personal, scope write, replaced after 7 d\n" in shown
    assert awx.machine.json("status")["profiles"][0]["provider"] == "awx"
    sign_in(awx)
    told = awx.machine.run("keyturn", "status", status=0).stdout
    assert f"✓ tower        awx, password, alice at {url}\n  identity     signed in as alice\n" in told
    assert "AWX (read and write) ██████████ valid for 6 d 23 h" in told
