"""The tools of AWX under `keyturn run`: the real `awx` and curl, over TLS, with both kinds of server.

No test tells them anything that keyturn does not: not where the API is, nor whom to trust.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from support.machine.machine import PROGRAMS
from support.needs import need
from support.scenes.awx import PREFIX, SERVERS, AwxScene, awx

if TYPE_CHECKING:
    from subprocess import CompletedProcess

__all__ = ["awx"]

RULEBOOK = """
import json, os, urllib.request
url = os.environ["EDA_CONTROLLER_URL"].rstrip("/") + os.environ["BELOW"]
request = urllib.request.Request(url, headers={"Authorization": "Bearer " + os.environ["EDA_CONTROLLER_TOKEN"]})
print(json.load(urllib.request.urlopen(request))["version"])
"""
"""ansible-rulebook's first request, and whom it trusts (reference/awx.md section 5)."""
CURL = 'curl -fsS -H "Authorization: Bearer $CONTROLLER_OAUTH_TOKEN" "$CONTROLLER_HOST$BELOW"'


def awx_command() -> str:
    """The command, beside our own programs or on PATH."""
    beside = PROGRAMS / "awx"
    return str(beside) if beside.exists() else need("awx")


def run(
    awx: AwxScene, profile: str, *words: str, keyturn: tuple[str, ...] = (), **more: Any
) -> CompletedProcess[str]:
    """`keyturn run PROFILE -- awx WORDS`."""
    command = ("keyturn", "run", profile, *keyturn, "--", awx_command(), *words)
    return awx.machine.run(*command, **more)


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


def test_it_starts_a_job(awx: AwxScene) -> None:
    awx.entrust("aap-2026")
    job = json.loads(run(awx, "aap-2026", "job_templates", "launch", "1", "-f", "json", status=0).stdout)
    assert (job["status"], job["job_template"]) == ("pending", 1)
    assert awx.emulator.control.count("gateway-2026.jobs.launch") == 1


def test_a_name_and_a_password_of_somebody_else_do_not_get_in_the_way(awx: AwxScene) -> None:
    awx.entrust()
    others = {"CONTROLLER_HOST": "https://127.0.0.1:1", "CONTROLLER_USERNAME": "bob", "TOWER_OAUTH_TOKEN": "old"}
    assert who_am_i(awx, "tower", **others) == "alice"


@pytest.mark.parametrize("profile", SERVERS)
def test_curl_ansible_rulebook_and_awx_below_a_path(profile: str, awx: AwxScene) -> None:
    """With one token that keyturn has made, and none of their own."""
    awx.move(profile, PREFIX)
    awx.entrust(profile)
    assert who_am_i(awx, profile) == "alice"
    command = ("keyturn", "run", profile, "--")
    api = "/api/v2" if profile == "tower" else "/api/controller/v2"
    me = awx.machine.run(*command, need("sh"), "-c", CURL, BELOW=f"{api}/me/", status=0).stdout
    assert json.loads(me)["count"] == 1
    version = awx.machine.run(*command, sys.executable, "-c", RULEBOOK, BELOW="/v2/config/", status=0).stdout
    assert version == "24.6.1\n"
    assert awx.emulator.control.count(f"{SERVERS[profile]}.tokens.create") == 1
    assert len(awx.live(profile)) == 1


def test_variables_for_a_file(awx: AwxScene) -> None:
    awx.entrust("aap")
    lines = awx.machine.run("keyturn", "token", "aap", "--format", "env", status=0).stdout.splitlines()
    assert dict(line.split("=", 1) for line in lines) == {
        "CONTROLLER_HOST": awx.urls["aap"],
        "CONTROLLER_OAUTH_TOKEN": awx.token("aap"),
        "AWXKIT_API_BASE_PATH": "/api/controller/",
        "CONTROLLER_OPTIONAL_API_URLPATTERN_PREFIX": "/api/controller/",
    }


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
