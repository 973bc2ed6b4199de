"""`keyturn azure new-token`: a token without a profile, and nothing kept of it."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import pytest

from support.scenes.new_token import DEVOPS, VERB, device, place, secret, service

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator
    from support.emulator.browser import Browser
    from support.machine.machine import Machine

__all__ = ["device", "place", "secret", "service"]


def test_a_service_principal(service: list[str], secret: str, machine: Machine) -> None:
    token = machine.json("azure", "new-token", *service, "--client-secret", "-", input=f"{secret}\n")
    assert token["token_type"] == "Bearer"
    assert token["scopes"] == [f"{DEVOPS}/.default"]
    assert token["expires_on"].endswith("Z")


def test_the_secret_typed_at_a_prompt(service: list[str], secret: str, machine: Machine) -> None:
    with machine.terminal(*VERB, *service) as terminal:
        terminal.wait_for("keyturn: client secret: ")
        terminal.wait_for_silence()
        terminal.type(f"{secret}\n")
        assert terminal.end() == 0
        assert "access_token" in terminal.seen
        assert secret not in terminal.seen


@pytest.mark.parametrize("switch", ["--use-device-authentication", "--device-code", "--device-auth", "--device"])
def test_a_person(switch: str, emulator: Emulator, device: list[str], machine: Machine) -> None:
    with machine.terminal(*VERB, *device, switch) as terminal:
        emulator.control.approve(terminal.wait_for(r"enter the code (\S+)").group(1))
        assert terminal.end() == 0
        shown = dict(line.split(" : ", 1) for line in terminal.seen.splitlines() if " : " in line)
    names = {name.strip() for name in shown}
    assert {"access_token", "refresh_token", "id_token", "tenant_id", "unique_id", "correlation_id"} <= names
    assert not list((machine.state / "vault").glob("*"))
    [expiry] = [value for name, value in shown.items() if name.strip() == "expires_on"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", expiry)
    assert not [value for value in shown.values() if "{" in value]


def test_nothing_is_kept(service: list[str], secret: str, machine: Machine) -> None:
    machine.run(*VERB, *service, "--client-secret", "-", input=secret, status=0)
    assert not (machine.state / "vault").exists()
    assert machine.json("status")["profiles"] == []


def test_ctrl_c_ends_the_sign_in(emulator: Emulator, device: list[str], machine: Machine) -> None:
    with machine.terminal(*VERB, *device, "--device") as terminal:
        terminal.wait_for("enter the code")
        terminal.type("\x03")
        assert terminal.end() == 130
        assert "Traceback" not in terminal.seen
    while machine.json("status")["acquisitions"]["running"]:
        pass


def test_a_person_who_is_not_there(device: list[str], machine: Machine) -> None:
    refused = machine.run(*VERB, *device, "--device", status=2)
    assert "signing in by device-code takes a terminal" in refused.stderr
    assert "hint: go to a terminal, or have nobody sign in: --service-principal, " in refused.stderr


def test_a_person_who_is_not_there_for_an_application(service: list[str], secret: str, machine: Machine) -> None:
    refused = machine.run(*VERB, *service, "--credential", "-", "--use-authorization-code", input=secret, status=2)
    assert "hint: go to a terminal, or leave --use-authorization-code out: " in refused.stderr


def test_a_secret_that_nobody_can_be_asked_for(service: list[str], machine: Machine) -> None:
    refused = machine.run(*VERB, *service, input="", status=2)
    command = shlex.join([*VERB, *service, "--credential", "env:NAME"])
    assert refused.stderr == f"keyturn: error: standard input holds no secret\nkeyturn: hint: {command}\n"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--client-secret", "hunter2"], "a secret is not given on the command line"),
        (["--client-secret", "env:NOT_SET_ANYWHERE"], "NOT_SET_ANYWHERE is not set"),
        (["--environment", "Mars"], "argument --environment/--environment-name: not allowed with"),
    ],
)
def test_wrong_usage(words: list[str], complaint: str, service: list[str], machine: Machine) -> None:
    refused = machine.run(*VERB, *service, *words, input="x", status=2)
    assert refused.stderr.startswith(f"keyturn: error: {complaint}")
    assert "hunter2" not in refused.stderr


def test_what_the_daemon_finds_wrong_is_usage_too(service: list[str], machine: Machine) -> None:
    wrong = [word.replace(DEVOPS, "not a scope") for word in service]
    refused = machine.run(*VERB, *wrong, "--client-secret", "-", input="x", status=2)
    assert "keyturn: hint: keyturn azure new-token --help" in refused.stderr


def test_a_wrong_secret_is_refused_and_not_shown(service: list[str], machine: Machine) -> None:
    refused = machine.run(*VERB, *service, "--client-secret", "-", input="planted-secret", status=1)
    assert (refused.stdout, "planted-secret" in refused.stderr) == ("", False)
    assert refused.stderr.endswith("keyturn: hint: give the secret's value, not its id\n")


def test_a_dead_refresh_token(device: list[str], machine: Machine) -> None:
    refused = machine.run(*VERB, *device, "--refresh-token", "-", input="planted-token", status=3)
    assert "Entra ID refused keyturn azure new-token: AADSTS" in refused.stderr
    assert refused.stderr.endswith("keyturn: hint: take another refresh token\n")


def test_several_scopes_as_powershell_writes_them(device: list[str], machine: Machine) -> None:
    several = [*device[:-1], f"{DEVOPS}/vso.code,https://graph.microsoft.com/User.Read"]
    refused = machine.run(*VERB, *several, "--device", status=2)
    assert refused.stderr.startswith("keyturn: error: scopes are separated by blanks: --scopes ONE TWO\n")


def test_where_no_browser_starts_a_code_is_named(device: list[str], machine: Machine) -> None:
    with machine.terminal(*VERB, *device, PATH=str(machine.programs), BROWSER="/bin/false") as terminal:
        terminal.wait_for("keyturn: no browser could be started here: open this address yourself,\nhttps://")
        terminal.wait_for("keyturn: or add --use-device-authentication\n")


def test_a_secret_with_a_device_code(device: list[str], machine: Machine) -> None:
    refused = machine.run(*VERB, *device, "--device", "--client-secret", "-", status=2)
    assert "--service-principal, not with parameter set User" in refused.stderr


def test_a_screen_shows_a_token_only_to_who_asks_for_it(machine: Machine, service: list[str], secret: str) -> None:
    given = [*VERB, *service, "--credential", "env:SECRET", "--raw"]
    with machine.terminal(*given, SECRET=secret) as terminal:
        assert terminal.end() == 2
        assert "the token would stand on the screen: add --show-secrets if it shall" in terminal.seen
    with machine.terminal(*given, "--show-secrets", SECRET=secret) as terminal:
        assert terminal.end() == 0
        assert terminal.seen.startswith("eyJ")


def test_the_address_may_be_pasted_here_too(
    machine: Machine, device: list[str], browser: Browser, emulator: Emulator
) -> None:
    with machine.terminal(*VERB, *device, "--no-browser") as terminal:
        url = terminal.wait_for(r"https://\S+/authorize\?\S+")[0]
        terminal.wait_for("ended on: ")
        terminal.wait_for_silence()
        ended = browser.press(browser.open(url), "continue", user=emulator.ready.user).headers["location"]
        terminal.type(f"{ended}\n")
        assert terminal.end() == 0, terminal.seen
