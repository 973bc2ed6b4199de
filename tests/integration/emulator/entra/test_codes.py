"""Authorization codes for tokens: bound to client, redirect URI and verifier, good once."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest

from support.emulator.browser import REDIRECT, VERIFIER, Browser
from support.emulator.client import AZURE_DEVOPS, USER_SCOPE, EntraClient, claims_of, number_of

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator

BOB = "bob@contoso.example"


def code_form(client: EntraClient, code: str, /, **changes: str | None) -> dict[str, str]:
    """A good redemption by the public client; a change to None leaves the parameter out."""
    form: dict[str, str | None] = {
        "grant_type": "authorization_code",
        "client_id": client.device,
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
    }
    return {name: value for name, value in {**form, **changes}.items() if value is not None}


def test_a_code_for_tokens(emulator: Emulator, entra: EntraClient, browser: Browser) -> None:
    code = browser.sign_in(browser.request_url(), BOB)["code"]
    answer = entra.token(code_form(entra, code, client_info="1", scope=USER_SCOPE)).json()
    access, identity = claims_of(answer["access_token"]), claims_of(answer["id_token"])
    assert (access["aud"], access["upn"], access["appid"]) == (AZURE_DEVOPS, BOB, entra.device)
    assert (identity["aud"], identity["nonce"], identity["preferred_username"]) == (entra.device, "a nonce", BOB)
    assert identity["iss"] == f"{entra.tenant_url}/v2.0"
    info = json.loads(base64.urlsafe_b64decode(answer["client_info"] + "=="))
    assert info == {"uid": access["oid"], "utid": emulator.ready.tenant}
    assert answer["expires_in"] == 3600
    assert entra.token(entra.refresh_form(answer["refresh_token"])).status_code == 200
    assert emulator.control.count("token.issued.authorization_code") == 1


def test_no_nonce_no_refresh_token_unless_asked(entra: EntraClient, browser: Browser) -> None:
    url = browser.request_url(scope=f"openid {AZURE_DEVOPS}/.default", nonce=None)
    answer = entra.token(code_form(entra, browser.sign_in(url)["code"])).json()
    assert "refresh_token" not in answer
    assert "nonce" not in claims_of(answer["id_token"])


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"code": "1.Ax"}, 70000),
        ({"redirect_uri": "http://localhost:8401"}, 500112),
        ({"redirect_uri": f"{REDIRECT}/"}, 500112),
        ({"redirect_uri": None}, 900144),
        ({"code_verifier": VERIFIER.lower()}, 501481),
        ({"code_verifier": None}, 501481),
        ({"scope": "openid https://vault.azure.net/.default"}, 65001),
        ({"scope": f"{AZURE_DEVOPS}/vso.code"}, 65001),
        ({"nonce": "a nonce"}, 9002313),
        ({"claims": "W10="}, 90100),
    ],
)
def test_refused(entra: EntraClient, browser: Browser, changes: dict[str, str | None], number: int) -> None:
    code = browser.sign_in(browser.request_url())["code"]
    answer = entra.token(code_form(entra, code, **changes))
    assert number_of(answer) == number
    if number == 65001:
        assert (answer.json()["error"], answer.json()["suberror"]) == ("invalid_grant", "consent_required")


def test_good_once_and_for_ten_minutes(emulator: Emulator, entra: EntraClient, browser: Browser) -> None:
    code = browser.sign_in(browser.request_url())["code"]
    assert entra.token(code_form(entra, code)).status_code == 200
    assert number_of(entra.token(code_form(entra, code))) == 54005
    late = browser.sign_in(browser.request_url(prompt="login"))["code"]
    emulator.control.advance(601)
    assert number_of(entra.token(code_form(entra, late))) == 70008


def test_a_confidential_client_needs_its_secret_and_may_do_without_a_challenge(
    entra: EntraClient, browser: Browser
) -> None:
    plain = {"client_id": entra.service, "code_challenge": None, "code_challenge_method": None}
    code = browser.sign_in(browser.request_url(**plain))["code"]
    form = code_form(entra, code, client_id=entra.service, code_verifier=None)
    assert number_of(entra.token(form)) == 7000218
    assert number_of(entra.token({**form, "client_secret": "wrong"})) == 7000215
    # A verifier where there was no challenge: somebody else's code has been slipped in.
    assert number_of(entra.token({**form, "client_secret": entra.secret, "code_verifier": VERIFIER})) == 501481
    answer = entra.token({**form, "client_secret": entra.secret}).json()
    refresh = {
        "grant_type": "refresh_token",
        "client_id": entra.service,
        "refresh_token": answer["refresh_token"],
        "scope": USER_SCOPE,
    }
    assert number_of(entra.token(refresh)) == 7000218
    assert entra.token({**refresh, "client_secret": entra.secret}).status_code == 200
    assert number_of(entra.token({**refresh, "client_id": entra.device})) == 70000


def test_a_code_is_of_one_client(entra: EntraClient, browser: Browser) -> None:
    code = browser.sign_in(browser.request_url())["code"]
    form = code_form(entra, code, client_id=entra.service, client_secret=entra.secret)
    assert number_of(entra.token(form)) == 700005


def test_numbers_as_texts(emulator: Emulator, entra: EntraClient, browser: Browser) -> None:
    emulator.control.settings(expires_in_as_text=True)
    answer = entra.token(code_form(entra, browser.sign_in(browser.request_url())["code"])).json()
    assert (answer["expires_in"], answer["ext_expires_in"]) == ("3600", "3600")
