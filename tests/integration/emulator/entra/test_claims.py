"""Claims challenges: demanded by resources, met by tokens and by people; and what else stands in a token's way."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from keyturn_emulator.control import ControlError
from support.emulator.browser import REDIRECT, VERIFIER, Browser, answer_of
from support.emulator.client import AZURE_DEVOPS, DEVOPS_SCOPE, USER_SCOPE, EntraClient, claims_of, number_of

if TYPE_CHECKING:
    import httpx

    from keyturn_emulator.launch import Emulator

STEP_UP = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
CP1 = '{"access_token":{"xms_cc":{"values":["cp1"]}}}'
VAULT = "https://vault.azure.net"


def ask_git(emulator: Emulator, entra: EntraClient, token: str) -> httpx.Response:
    url = f"{emulator.ready.repository}/info/refs?service=git-upload-pack"
    return entra.http.get(url, headers={"Authorization": f"Bearer {token}"})


def challenge_of(answer: httpx.Response) -> dict[str, Any]:
    """The claims of the first challenge, which has to come first."""
    first = answer.headers.get_list("www-authenticate")[0]
    found = re.fullmatch(
        r'Bearer realm="", authorization_uri="[^"]+", error="insufficient_claims", claims="([^"]+)"', first
    )
    assert found, first
    claims: dict[str, Any] = json.loads(base64.b64decode(found[1], validate=True))
    return claims


def test_a_resource_that_wants_more_says_what(emulator: Emulator, entra: EntraClient) -> None:
    token = entra.service_token()
    assert ask_git(emulator, entra, token).status_code == 200
    emulator.control.demand(AZURE_DEVOPS, STEP_UP)
    refused = ask_git(emulator, entra, token)
    assert (refused.status_code, challenge_of(refused)) == (401, json.loads(STEP_UP))
    assert emulator.control.count("git.refused.claims") == 1
    better = entra.token(entra.credentials_form(claims=STEP_UP)).json()["access_token"]
    assert claims_of(better)["acrs"] == ["c1"]
    assert ask_git(emulator, entra, better).status_code == 200
    other = STEP_UP.replace("c1", "c2")
    worse = entra.token(entra.credentials_form(claims=other)).json()["access_token"]
    assert ask_git(emulator, entra, worse).status_code == 401
    emulator.control.allow(AZURE_DEVOPS)
    assert ask_git(emulator, entra, token).status_code == 200


def test_a_token_that_has_to_be_newer(emulator: Emulator, entra: EntraClient) -> None:
    token = entra.service_token()
    emulator.control.advance(60)
    newer = str(claims_of(token)["nbf"] + 30)
    emulator.control.demand(AZURE_DEVOPS, json.dumps({"access_token": {"nbf": {"essential": True, "value": newer}}}))
    assert ask_git(emulator, entra, token).status_code == 401
    assert ask_git(emulator, entra, entra.service_token()).status_code == 200


def test_the_capability_makes_tokens_long_lived(emulator: Emulator, entra: EntraClient) -> None:
    answer = entra.token(entra.credentials_form(claims=CP1)).json()
    assert (answer["expires_in"], answer["refresh_in"]) == (86_400, 43_200)
    claims = claims_of(answer["access_token"])
    assert claims["xms_cc"] == ["CP1"]
    assert claims["exp"] - claims["iat"] in {86_400, 86_401}
    assert "xms_cc" not in claims_of(entra.service_token())
    assert entra.sign_in(emulator, claims=CP1)["expires_in"] == 86_400


def test_a_revoked_account(emulator: Emulator, entra: EntraClient) -> None:
    plain, aware = entra.sign_in(emulator), entra.sign_in(emulator, claims=CP1)
    assert emulator.control.revoke_account("bob@contoso.example") == 0
    assert entra.token(entra.refresh_form(plain["refresh_token"])).status_code == 200
    assert emulator.control.revoke_account() == 1
    # Who declared nothing is not told: that token lives on.
    assert ask_git(emulator, entra, plain["access_token"]).status_code == 200
    refused = ask_git(emulator, entra, aware["access_token"])
    assert set(challenge_of(refused)["access_token"]) == {"nbf"}
    for answer in (plain, aware):
        gone = entra.token(entra.refresh_form(answer["refresh_token"]))
        assert (gone.json()["error"], number_of(gone)) == ("invalid_grant", 50173)
    again = entra.sign_in(emulator, claims=CP1)
    assert ask_git(emulator, entra, again["access_token"]).status_code == 200


def test_claims_that_a_person_has_to_meet(emulator: Emulator, entra: EntraClient, browser: Browser) -> None:
    signed_in = entra.sign_in(emulator)
    emulator.control.demand(AZURE_DEVOPS, STEP_UP, interactive=True)
    refresh = entra.refresh_form(signed_in["refresh_token"])
    # Asking silently, with or without the claims, does not help; another resource does not mind.
    for form in (refresh, {**refresh, "claims": STEP_UP}):
        refused = entra.token(form).json()
        assert (refused["error"], refused["suberror"]) == ("interaction_required", "basic_action")
        assert (refused["error_codes"], json.loads(refused["claims"])) == ([50076], json.loads(STEP_UP))
    assert entra.token({**refresh, "scope": f"openid {VAULT}/.default"}).status_code == 200
    # Of an application nobody could ask a person for them.
    assert entra.token(entra.credentials_form(claims=STEP_UP)).status_code == 200
    # Nor does a sign-in without them, as `az login` once hinted at.
    assert (
        "AADSTS50076" in browser.press(browser.open(browser.request_url()), "continue", user=emulator.ready.user).text
    )
    code = browser.sign_in(browser.request_url(claims=STEP_UP))["code"]
    form = {"client_id": entra.device, "code": code, "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
    answer = entra.token({"grant_type": "authorization_code", **form}).json()
    assert ask_git(emulator, entra, answer["access_token"]).status_code == 200
    renewed = entra.token({**entra.refresh_form(answer["refresh_token"]), "claims": STEP_UP}).json()
    assert ask_git(emulator, entra, renewed["access_token"]).status_code == 200


def test_claims_at_a_device_sign_in(emulator: Emulator, entra: EntraClient) -> None:
    emulator.control.demand(AZURE_DEVOPS, STEP_UP, interactive=True)

    def sign_in(**claims: str) -> httpx.Response:
        form = {"client_id": entra.device, "scope": USER_SCOPE, **claims}
        started = entra.http.post(entra.device_url, data=form).json()
        emulator.control.approve(started["user_code"])
        return entra.token(entra.poll_form(started["device_code"], scope=USER_SCOPE))

    assert number_of(sign_in()) == 50076
    token = sign_in(claims=STEP_UP).json()["access_token"]
    assert ask_git(emulator, entra, token).status_code == 200


@pytest.mark.parametrize("audience", [AZURE_DEVOPS, "https://management.azure.com"])
def test_demands_are_made_of_known_resources_in_known_words(emulator: Emulator, audience: str) -> None:
    control = emulator.control
    for claims in ("", "[]", "{", '{"access_token": 1}', '{"access_token": {"acrs": "c1"}}'):
        with pytest.raises(ControlError, match=r"ValueError|TypeError|JSONDecodeError"):
            control.demand(audience, claims)


def test_one_resource_refused_and_the_others_not(emulator: Emulator, entra: EntraClient, browser: Browser) -> None:
    signed_in = entra.sign_in(emulator)
    refresh = entra.refresh_form(signed_in["refresh_token"])
    vault = {**refresh, "scope": f"openid offline_access {VAULT}/.default"}
    for number, error, suberror in (
        (50105, "invalid_grant", None),
        (65001, "invalid_grant", "consent_required"),
        (53003, "invalid_grant", "message_only"),
    ):
        emulator.control.refuse(AZURE_DEVOPS, number)
        refused = entra.token(refresh).json()
        assert (refused["error"], refused.get("suberror"), refused["error_codes"]) == (error, suberror, [number])
        assert entra.token(vault).status_code == 200
        assert number_of(entra.token(entra.credentials_form())) == number
        shown = browser.press(browser.open(browser.request_url()), "continue", user=emulator.ready.user)
        assert (shown.status_code, f"AADSTS{number}" in shown.text) == (400, True)
    emulator.control.allow(AZURE_DEVOPS)
    assert entra.token(refresh).status_code == 200


def test_throttled(emulator: Emulator, entra: EntraClient) -> None:
    refresh = entra.refresh_form(entra.sign_in(emulator)["refresh_token"])
    emulator.control.throttle(60)
    for form in (entra.credentials_form(), refresh):
        answer = entra.token(form)
        assert (answer.status_code, number_of(answer)) == (429, 90055)
        assert 0 < int(answer.headers["retry-after"]) <= 60
    emulator.control.throttle(60, as_loop=True)
    looped = entra.token(refresh)
    assert (looped.status_code, looped.json()["error"], number_of(looped)) == (400, "invalid_grant", 50196)
    assert entra.token(entra.credentials_form()).status_code == 429
    emulator.control.advance(61)
    assert entra.token(refresh).status_code == 200


def test_a_silent_authorization_of_a_stepped_up_browser(emulator: Emulator, browser: Browser) -> None:
    emulator.control.demand(AZURE_DEVOPS, STEP_UP, interactive=True)
    browser.sign_in(browser.request_url(scope=f"openid {VAULT}/.default"))
    assert answer_of(browser.open(browser.request_url(claims=STEP_UP, scope=DEVOPS_SCOPE)))["code"]
