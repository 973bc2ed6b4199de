"""Profiles with a token made elsewhere, and with an application's, from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.awx.client import AwxClient
from support.needs import need
from support.scenes.awx import AwxScene, awx

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
GRANT = """
[profile.app]
provider = "awx"
flow = "password-grant"
url = "{url}"
ca_file = "{ca_file}"
username = "alice"
application = {id}
client_id = "{client_id}"
"""


def handed_over(machine: Machine, profile: str) -> str:
    command = (need("sh"), "-c", "printf %s $CONTROLLER_OAUTH_TOKEN")
    return machine.run("keyturn", "run", profile, "--", *command, status=0).stdout


def test_a_token_made_elsewhere(awx: AwxScene) -> None:
    """Pasted at a terminal or entrusted; another one counts at once; a logout leaves it where it is."""
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
