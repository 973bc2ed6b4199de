"""The real `awx` command under `keyturn run`, over TLS, with both kinds of server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from support.machine.machine import PROGRAMS
from support.needs import need
from support.scenes.awx import SERVERS, AwxScene, awx

if TYPE_CHECKING:
    from subprocess import CompletedProcess

__all__ = ["awx"]

SETTINGS: dict[str, dict[str, Any]] = {"tower": {}, "aap": {"AWXKIT_API_BASE_PATH": "/api/controller/"}}
"""awxkit 24.6.1 knows no gateway: it has to be told where the controller is behind it."""


def awx_command() -> str:
    """The command, beside our own programs or on PATH."""
    beside = PROGRAMS / "awx"
    return str(beside) if beside.exists() else need("awx")


def run(
    awx: AwxScene, profile: str, *words: str, keyturn: tuple[str, ...] = (), **more: Any
) -> CompletedProcess[str]:
    """`keyturn run PROFILE -- awx WORDS`."""
    command = ("keyturn", "run", profile, *keyturn, "--", awx_command(), *words)
    return awx.machine.run(*command, **SETTINGS[profile], **more)


def who_am_i(awx: AwxScene, profile: str, **options: Any) -> str:
    done = run(awx, profile, "me", "-f", "json", status=0, **options)
    return str(json.loads(done.stdout)["results"][0]["username"])


@pytest.mark.parametrize("profile", SERVERS)
def test_it_is_who_the_profile_is(profile: str, awx: AwxScene) -> None:
    awx.entrust(profile)
    assert who_am_i(awx, profile) == "alice"
    assert awx.emulator.control.count(f"{SERVERS[profile]}.tokens.create") == 1
    assert [token["used"] for token in awx.live(profile)] == [True]


@pytest.mark.parametrize("profile", SERVERS)
def test_it_lists_what_the_user_may_see(profile: str, awx: AwxScene) -> None:
    awx.entrust(profile)
    listed = json.loads(run(awx, profile, "job_templates", "list", "-f", "json", status=0).stdout)
    assert [row["name"] for row in listed["results"]] == ["Demo Job Template"]


def test_a_name_and_a_password_of_somebody_else_do_not_get_in_the_way(awx: AwxScene) -> None:
    awx.entrust()
    others = {"CONTROLLER_HOST": "https://127.0.0.1:1", "CONTROLLER_USERNAME": "bob", "TOWER_OAUTH_TOKEN": "old"}
    assert who_am_i(awx, "tower", **others) == "alice"


def test_the_profiles_ca_is_what_it_trusts(awx: AwxScene) -> None:
    awx.entrust()
    other = awx.machine.home / "other.pem"
    other.write_text("", encoding="ascii")
    refused = run(awx, "tower", "me", REQUESTS_CA_BUNDLE=str(other))
    assert refused.returncode == 1
    assert awx.emulator.control.count("controller.me") == 0


@pytest.mark.parametrize("profile", SERVERS)
def test_a_token_that_was_revoked_is_replaced_on_request(profile: str, awx: AwxScene) -> None:
    awx.entrust(profile)
    who_am_i(awx, profile)
    awx.emulator.control.awx_revoke(SERVERS[profile])
    assert run(awx, profile, "me").returncode == 1
    assert who_am_i(awx, profile, keyturn=("--renew",)) == "alice"
    assert len(awx.live(profile)) == 1


def test_a_read_token_reads(awx: AwxScene) -> None:
    awx.change('scope = "read"')
    awx.entrust()
    assert who_am_i(awx, "tower") == "alice"
