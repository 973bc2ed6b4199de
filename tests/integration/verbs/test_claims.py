"""`keyturn token --claims`, and profiles that declare CAE, end to end."""

from __future__ import annotations

import base64
import json
import sys
from typing import Any

import pytest

from support.emulator.client import AZURE_DEVOPS as DEVOPS
from support.machine.gits import newer
from support.scenes.scene import Scene, scene

__all__ = ["scene"]

ARM = "https://management.azure.com"
STEP_UP = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
CHALLENGE = base64.b64encode(STEP_UP.encode()).decode()
HOUR = 3600


def configured(scene: Scene, *lines: str) -> None:
    """Profile `me` signs in with a browser, may ask for ARM, and has `lines` more."""
    browser = "\n".join(('flow = "browser"', f'audiences = ["{ARM}"]', *lines))
    scene.machine.configure(scene.config.replace('flow = "device-code"', browser))
    program = f"{sys.executable} -m keyturn_emulator.browser --ca-file {scene.emulator.ready.ca_file}"
    scene.machine.environment["BROWSER"] = program


def token(scene: Scene, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = scene.machine.json("token", "me", "--audience", ARM, *words)
    return found


def said_in(text: str) -> dict[str, Any]:
    """The claims of an access token."""
    part = text.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def login(scene: Scene) -> None:
    with scene.machine.terminal("keyturn", "login", "me") as terminal:
        assert terminal.end() == 0, terminal.seen


def login_by_code(scene: Scene) -> str:
    """What the terminal showed of it."""
    with scene.machine.terminal("keyturn", "login", "me") as terminal:
        scene.emulator.control.approve(terminal.wait_for(r"enter\s+the\s+code\s+(\S+)")[1])
        assert terminal.end() == 0, terminal.seen
    return terminal.seen


def test_a_challenge_is_met_by_itself_where_it_can_be(scene: Scene) -> None:
    configured(scene)
    login(scene)
    first = token(scene)["access_token"]
    assert "acrs" not in said_in(first)
    met = [token(scene, *words)["access_token"] for words in (("--claims", CHALLENGE), ("--claims", STEP_UP), ())]
    assert said_in(met[0])["acrs"] == ["c1"]
    assert met == [met[0]] * 3
    assert met[0] != first
    assert scene.emulator.control.count("token.refresh_token") == 2


def test_a_challenge_that_takes_a_person(scene: Scene) -> None:
    """The browser is sent to meet the claims; afterwards nobody asks for them any more."""
    configured(scene)
    login(scene)
    scene.emulator.control.demand(ARM, STEP_UP, interactive=True)
    refused = scene.machine.run("keyturn", "token", "me", "--audience", ARM, "--claims", CHALLENGE, status=3)
    assert "AADSTS50076" in refused.stderr
    assert refused.stderr.endswith("keyturn: hint: keyturn login me\n")
    login(scene)
    assert said_in(token(scene, "--claims", CHALLENGE)["access_token"])["acrs"] == ["c1"]
    assert said_in(token(scene)["access_token"])["acrs"] == ["c1"]
    assert scene.emulator.control.count("authorize") == 2


def test_a_refusals_own_claims_reach_the_next_sign_in(scene: Scene) -> None:
    """Entra ID names them where no server has (AADSTS50076), and a sign-in without them would be in vain."""
    scene.machine.configure(
        scene.config.replace('flow = "device-code"', f'flow = "device-code"\naudiences = ["{ARM}"]')
    )
    login_by_code(scene)
    scene.emulator.control.demand(ARM, STEP_UP, interactive=True)
    refused = scene.machine.run("keyturn", "token", "me", "--audience", ARM, status=3)
    assert "AADSTS50076" in refused.stderr
    assert refused.stderr.endswith("keyturn: hint: keyturn login me\n")
    assert "keyturn: signing in for ARM, which was refused\n" in login_by_code(scene)
    assert said_in(token(scene)["access_token"])["acrs"] == ["c1"]


@pytest.mark.parametrize("line", ["", "cae = true"])
def test_gits_challenge_is_met_by_a_person_within_the_command(scene: Scene, line: str) -> None:
    """A step-up, or the end of every session where CAE tells of it: the push that met it succeeds."""
    configured(scene, line)
    scene.machine.git_program = newer()
    login(scene)
    work = scene.clone("work", scene.personal_repository)
    if line:
        scene.emulator.control.revoke_account()
    else:
        scene.emulator.control.demand(DEVOPS, STEP_UP, interactive=True)
    scene.commit(work)
    with scene.machine.terminal(newer(), "-C", str(work), "push", "-q", "origin", "HEAD") as terminal:
        assert terminal.end() == 0, terminal.seen
    assert terminal.seen.startswith("keyturn: to sign in to profile me (tenant ")
    assert ", which git asks for, go on in the browser" in terminal.seen
    counts = scene.emulator.control.counts()
    assert (counts["authorize"], counts["git.refused.claims"]) == (2, 1)
    assert scene.push(work).stderr == ""


def test_what_is_no_claims_request(scene: Scene) -> None:
    configured(scene)
    for claims in ("nonsense", "[1]", ""):
        refused = scene.machine.run("keyturn", "token", "me", "--claims", claims, status=2)
        assert "keyturn: error: the claims are neither a JSON object nor the base64 of one\n" in refused.stderr


def test_a_cae_token_lives_for_a_day_and_ends_with_its_session(scene: Scene) -> None:
    configured(scene, "cae = true")
    login(scene)
    long = token(scene)
    said = said_in(long["access_token"])
    assert said["xms_cc"] == ["CP1"]
    assert said["exp"] - said["iat"] >= 20 * HOUR
    scene.emulator.control.revoke_account()
    challenge = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}'
    words = ("keyturn", "token", "me", "--audience", ARM, "--claims", challenge)
    assert scene.machine.run(*words, status=3).stdout == ""
    login(scene)
    assert token(scene, "--claims", challenge)["access_token"] != long["access_token"]
    scene.machine.configure(scene.machine.config_file.read_text("utf-8").replace("cae = true", ""), key=None)
    short = said_in(token(scene)["access_token"])
    assert short["exp"] - short["iat"] <= 2 * HOUR
    assert "xms_cc" not in short
