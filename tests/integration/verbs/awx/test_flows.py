"""Profiles with a token made elsewhere, and with an application's, from the command line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from support.awx.client import AwxClient
from support.needs import need
from support.scenes.awx import SERVERS, AwxScene, awx
from support.scenes.awx_applications import GRANT, Sso

if TYPE_CHECKING:
    from support.machine.machine import Machine

__all__ = ["awx"]

EXISTING = """
[profile.theirs]
provider = "awx"
flow = "token"
url = "{url}"
ca_file = "{ca_file}"
"""


def handed_over(machine: Machine, profile: str) -> str:
    command = (need("sh"), "-c", "printf %s $CONTROLLER_OAUTH_TOKEN")
    return machine.run("keyturn", "run", profile, "--", *command, status=0).stdout


def test_a_token_made_elsewhere(awx: AwxScene) -> None:
    """Pasted at a terminal or entrusted; another one counts at once; a logout leaves it where it is.

    One that somebody deletes has to be pasted anew: renewing would bring the very same.
    """
    machine, ready = awx.machine, awx.emulator.ready
    machine.configure(EXISTING.format(url=ready.gateway_2026, ca_file=ready.ca_file))
    with AwxClient(awx.emulator, "gateway-2026") as client:
        first, second = client.create()["token"], client.create(scope="read")["token"]
    refused = machine.run("keyturn", "run", "theirs", "--", need("true"), status=3)
    assert refused.stderr.endswith("keyturn: hint: keyturn login theirs\n")
    with machine.terminal("keyturn", "login", "theirs") as terminal:
        terminal.wait_for("token at ")
        terminal.wait_for_silence()
        terminal.type(f"{first}\n")
        assert terminal.end() == 0
        assert first not in terminal.seen
    assert handed_over(machine, "theirs") == first
    machine.run("keyturn", "secret", "set", "theirs", "-", input=second, status=0)
    assert handed_over(machine, "theirs") == second
    machine.run("keyturn", "logout", "theirs", status=0)
    assert len(awx.live("aap-2026")) == 2
    machine.run("keyturn", "secret", "set", "theirs", "-", input=second, status=0)
    machine.run("keyturn", "login", "theirs", status=0)
    awx.emulator.control.awx_revoke("gateway-2026")
    refused = machine.run("keyturn", "profile", "check", "theirs", status=1)
    assert "keyturn: hint: keyturn login theirs --again\n" in refused.stdout + refused.stderr


def test_an_applications_token_of_an_ordinary_user_of_a_gateway(awx: AwxScene) -> None:
    machine, ready = awx.machine, awx.emulator.ready
    known = ready.awx_applications["gateway-2026"]
    machine.configure(GRANT.format(url=ready.gateway_2026, ca_file=ready.ca_file, **known))
    machine.run("keyturn", "secret", "set", "app", "-", input=awx.password, status=0)
    token = handed_over(machine, "app")
    (live,) = awx.live("aap-2026")
    assert (live["application"], live["description"].startswith("keyturn app@")) == ("keyturn", True)
    renewed = machine.json("token", "app", "--renew")["access_token"]
    assert renewed != token
    machine.run("keyturn", "logout", "app", status=0)
    assert awx.live("aap-2026") == []


@pytest.mark.parametrize("profile", ["tower", "aap-2026"])
def test_a_sign_in_with_the_browser(profile: str, awx: AwxScene) -> None:
    """For who has no password there: consent, PKCE, a pair, its refresh, and nothing left at the end."""
    sso = Sso(awx, SERVERS[profile])
    sso.control.settings(awx_allow_external=True)
    status, seen = sso.login("ext")
    assert status == 0, seen
    assert re.search(r"application [0-9]+ at 127.0.0.1:[0-9]+ needs the redirect URI http://127.0.0.1 ", seen)
    assert "keyturn: profile sso is signed in as ext, token valid" in seen
    token = handed_over(awx.machine, "sso")
    assert awx.machine.json("token", "sso", "--renew")["access_token"] != token
    (live,) = sso.control.awx_tokens(SERVERS[profile])
    assert (live["user"], live["description"].startswith("keyturn sso@")) == ("ext", True)
    awx.machine.run("keyturn", "logout", "sso", status=0)
    assert sso.control.awx_tokens(SERVERS[profile]) == []


def test_who_may_not_have_tokens_is_told_at_the_last_step(awx: AwxScene) -> None:
    status, seen = Sso(awx, "gateway-2026").login("ext")
    assert status == 1
    assert "who signed in is a user of an external directory (keycloak)" in seen
    assert "ALLOW_OAUTH2_FOR_EXTERNAL_USERS" in seen


def test_somebody_else_signs_in(awx: AwxScene) -> None:
    """What the browser's own session brought is deleted again: it is nobody's."""
    sso = Sso(awx, "gateway-2026", username="alice")
    status, seen = sso.login("bob")
    assert status == 1
    assert "keyturn: error: bob signed in, but profile sso is for alice\n" in seen
    assert "keyturn: hint: keyturn login sso --again\n" in seen
    assert sso.control.awx_tokens("gateway-2026") == []
    assert sso.login("alice")[0] == 0
