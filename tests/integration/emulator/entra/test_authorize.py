"""The authorization endpoint and its pages, driven as a browser would."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from keyturn_emulator.browser import Form
from support.emulator.browser import REDIRECT, Browser, answer_of
from support.emulator.client import DEVOPS_SCOPE

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator

ALICE, BOB = "alice@contoso.example", "bob@contoso.example"


def test_a_person_picks_an_account_and_the_code_goes_back(emulator: Emulator, browser: Browser) -> None:
    page = browser.open(browser.request_url())
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert "script" not in page.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert f"form-action 'self' {REDIRECT}" in page.headers["content-security-policy"]
    assert Form.of(page.text).options == [ALICE, BOB]
    answered = browser.press(page, "continue", user=BOB)
    # http://localhost:8400 comes back with a slash.
    assert answered.headers["location"].startswith(f"{REDIRECT}/?")
    answer = answer_of(answered)
    assert answer["state"] == "a state & more"
    assert set(answer) == {"code", "state", "session_state"}
    assert emulator.control.count("authorize.code") == 1


def test_form_post(browser: Browser) -> None:
    answered = browser.press(browser.open(browser.request_url(response_mode="form_post")), "continue", user=ALICE)
    assert answered.status_code == 200
    assert Form.of(answered.text).action == REDIRECT
    assert answer_of(answered)["state"] == "a state & more"
    assert answer_of(answered)["code"]
    assert "location" not in answered.headers


def test_fragment(browser: Browser) -> None:
    answered = browser.press(browser.open(browser.request_url(response_mode="fragment")), "continue", user=ALICE)
    url = urlsplit(answered.headers["location"])
    assert (url.query, answer_of(answered)["state"]) == ("", "a state & more")


def test_a_provider_that_answers_by_query_whatever_is_asked(emulator: Emulator, browser: Browser) -> None:
    emulator.control.settings(answers_by_query=True)
    answered = browser.press(browser.open(browser.request_url(response_mode="form_post")), "continue", user=ALICE)
    assert answered.status_code == 302
    assert answer_of(answered)["code"]


def test_client_info_and_no_state(browser: Browser) -> None:
    answer = browser.sign_in(browser.request_url(client_info="1", state=None))
    assert set(answer) == {"code", "client_info", "session_state"}


@pytest.mark.parametrize("decision", ["cancel"])
def test_a_person_who_will_not(emulator: Emulator, browser: Browser, decision: str) -> None:
    page = browser.open(browser.request_url())
    answer = answer_of(browser.press(page, decision))
    assert (answer["error"], answer["error_subcode"], answer["state"]) == (
        "access_denied",
        "cancel",
        "a state & more",
    )
    assert "AADSTS65004" in answer["error_description"]
    assert emulator.control.count("authorize.refused.AADSTS65004") == 1
    again = browser.press(page, "continue", user=ALICE)
    assert (again.status_code, "AADSTS165000" in again.text) == (400, True)


def test_consent_is_shown_and_accepted_or_declined(emulator: Emulator, browser: Browser) -> None:
    shown = browser.press(browser.open(browser.request_url(prompt="consent")), "continue", user=ALICE)
    assert f"as {ALICE}" in shown.text
    assert answer_of(browser.press(shown, "accept"))["code"]
    emulator.control.settings(consent_asked=True)
    shown = browser.press(browser.open(browser.request_url(prompt="login")), "continue", user=ALICE)
    assert answer_of(browser.press(shown, "decline"))["error"] == "access_denied"


def test_who_is_signed_in_goes_on_without_a_page(browser: Browser) -> None:
    browser.sign_in(browser.request_url(), BOB)
    assert answer_of(browser.open(browser.request_url()))["code"]
    assert answer_of(browser.open(browser.request_url(prompt="none")))["code"]
    assert answer_of(browser.open(browser.request_url(login_hint=BOB)))["code"]
    # Another person's hint, and two prompts, do show the page.
    for changes in ({"login_hint": ALICE}, {"prompt": "login"}, {"prompt": "select_account"}):
        assert Form.of(browser.open(browser.request_url(**changes)).text).options == [ALICE, BOB]


def test_hints_choose_beforehand(emulator: Emulator, browser: Browser) -> None:
    page = browser.open(browser.request_url(login_hint=BOB.upper(), domain_hint="contoso.example", prompt="login"))
    assert Form.of(page.text).chosen == BOB
    (waiting,) = emulator.control.sign_ins()
    assert waiting == {
        "client": "device",
        "scope": DEVOPS_SCOPE.replace("/.default", "/user_impersonation") + f" {DEVOPS_SCOPE}",
        "redirect_uri": REDIRECT,
        "response_mode": "query",
        "prompt": ["login"],
        "login_hint": BOB.upper(),
        "domain_hint": "contoso.example",
    }


def test_nobody_may_be_asked_and_nobody_is_known(browser: Browser) -> None:
    answer = answer_of(browser.open(browser.request_url(prompt="none")))
    assert (answer["error"], answer["state"]) == ("login_required", "a state & more")
    browser.sign_in(browser.request_url())
    answer = answer_of(browser.open(browser.request_url(prompt="none", login_hint=BOB)))
    assert "AADSTS50058" in answer["error_description"]


def test_a_revoked_account_is_signed_out_of_browsers(emulator: Emulator, browser: Browser) -> None:
    browser.sign_in(browser.request_url())
    emulator.control.revoke_account(BOB)
    assert answer_of(browser.open(browser.request_url(prompt="none")))["code"]
    emulator.control.revoke_account(ALICE)
    assert answer_of(browser.open(browser.request_url(prompt="none")))["error"] == "login_required"


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "http://localhost",
        "http://localhost/",
        "http://localhost:1",
        "http://localhost:8999/",
        "http://localhost:65535",
    ],
)
def test_the_port_of_a_loopback_redirect_is_not_looked_at(browser: Browser, redirect_uri: str) -> None:
    assert browser.sign_in(browser.request_url(redirect_uri=redirect_uri))["code"]


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "http://localhost:8400/callback",
        "http://localhost:8400/?x=1",
        "http://localhost:8400/#x",
        "http://localhost:0x50/",
        "http://localhost:99999/",
        "http://LOCALHOST.:8400",
        "http://localhost@evil.example:8400",
        "http://evil.example@localhost:8400",
        "http://localhost.evil.example",
        "http://127.0.0.1:8400",
        "http://[::1]:8400",
        "https://localhost:8400",
        "http:localhost",
        "//localhost",
        "urn:ietf:wg:oauth:2.0:oob",
    ],
)
def test_a_wrong_redirect_is_a_page_and_nothing_goes_back(
    emulator: Emulator, browser: Browser, redirect_uri: str
) -> None:
    shown = browser.open(browser.request_url(redirect_uri=redirect_uri))
    assert (shown.status_code, "AADSTS50011" in shown.text, "location" in shown.headers) == (400, True, False)
    assert emulator.control.count("authorize.refused.AADSTS50011") == 1


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"client_id": None}, 900144),
        ({"client_id": "11111111-1111-1111-1111-111111111111"}, 700016),
        ({"redirect_uri": None}, 900144),
        ({"response_mode": "web_message"}, 9002313),
        ({"max_age": "0"}, 9002313),
    ],
)
def test_what_only_the_person_is_told(browser: Browser, changes: dict[str, str | None], number: int) -> None:
    shown = browser.open(browser.request_url(**changes))
    assert (shown.status_code, f"AADSTS{number}" in shown.text) == (400, True)


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"response_type": None}, 900144),
        ({"response_type": "token"}, 9002313),
        ({"scope": None}, 900144),
        ({"scope": f"{DEVOPS_SCOPE} https://vault.azure.net/.default"}, 28000),
        ({"code_challenge": None, "code_challenge_method": None}, 9002313),
        ({"code_challenge": None}, 9002313),
        ({"code_challenge_method": None}, 9002313),
        ({"code_challenge_method": "plain"}, 9002313),
        ({"code_challenge": "short"}, 9002313),
        ({"prompt": "admin_consent"}, 9002313),
        ({"prompt": "none login"}, 9002313),
        ({"claims": "W10="}, 90100),
        ({"client_info": "2"}, 9002313),
    ],
)
def test_what_the_client_is_told(browser: Browser, changes: dict[str, str | None], number: int) -> None:
    answer = answer_of(browser.open(browser.request_url(**changes)))
    assert (answer["state"], answer["error_description"].partition(":")[0]) == ("a state & more", f"AADSTS{number}")


def test_parameters_twice_and_empty(browser: Browser) -> None:
    assert "AADSTS9000411" in browser.open(f"{browser.request_url()}&state=x").text
    assert "AADSTS9002313" in browser.open(browser.request_url(login_hint="")).text


def test_a_login_form_that_nobody_was_shown(browser: Browser) -> None:
    url = urlsplit(browser.authorize_url)._replace(path="/common/login").geturl()
    shown = browser.http.post(url, data={"sign_in": "x", "decision": "continue", "user": ALICE})
    assert (shown.status_code, "AADSTS165000" in shown.text) == (400, True)
    page = browser.open(browser.request_url())
    for fields in ({"decision": "accept"}, {"decision": "continue", "user": "mallory@contoso.example"}):
        shown = browser.http.post(url, data={**Form.of(page.text).fields, **fields})
        assert shown.status_code == 400
