"""The authorization code flow of the AWX servers: log-in, consent, code, pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from keyturn_emulator.browser import Form
from support.awx.client import GRANTED, AwxClient
from support.emulator.browser import CHALLENGE, VERIFIER, answer_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from keyturn_emulator.launch import Emulator

CALLBACK = "http://127.0.0.1:8400/cb"


@dataclass
class Flow:
    """One person at one server, with an application whose redirect URI is on loopback, without a port."""

    client: AwxClient
    application: dict[str, Any]

    def query(self, **changes: str | None) -> dict[str, str]:
        """A good authorization request; a change to None leaves the parameter out."""
        good: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.application["client_id"],
            "redirect_uri": CALLBACK,
            "state": "a state",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return {name: value for name, value in {**good, **changes}.items() if value is not None}

    def open(self, **changes: str | None) -> httpx.Response:
        """What the browser is shown for it."""
        return self.client.http.get(f"{self.client.oauth}/authorize/", params=self.query(**changes))

    def log_in(self, who: str = "alice", **changes: str | None) -> httpx.Response:
        """The page after the log-in: consent."""
        sent = self.open(**changes)
        assert sent.status_code == 302
        page = self.client.http.get(sent.headers["location"])
        passed = self.press(page, "continue", username=who, password=self.client.passwords[who])
        assert passed.status_code == 302
        return self.client.http.get(passed.headers["location"])

    def press(self, page: httpx.Response, decision: str, **fields: str) -> httpx.Response:
        """Press a button of the form on `page`."""
        form = Form.of(page.text)
        assert decision in form.decisions, page.text
        return self.client.http.post(form.action or "", data=form.filled(decision, fields))

    def code(self, who: str = "alice", **changes: str | None) -> str:
        """A code, agreed to by `who`."""
        return answer_of(self.press(self.log_in(who, **changes), "allow"))["code"]

    def redeem(self, code: str, **changes: str) -> httpx.Response:
        """A pair for a code."""
        form = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
        return self.client.token({**form, "client_id": self.application["client_id"], "code": code, **changes})


@pytest.fixture(params=["controller", "gateway", "gateway-2026"])
def flow(emulator: Emulator, request: pytest.FixtureRequest) -> Iterator[Flow]:
    """Somebody at each server in turn."""
    with AwxClient(emulator, request.param) as client:
        fields = {"name": "browser", "client_type": "public", "authorization_grant_type": "authorization-code"}
        body = {**fields, "organization": 1, "redirect_uris": "http://127.0.0.1/cb"}
        made = client.ask("POST", "{api}/applications/", "admin", json=body)
        yield Flow(client, made.json())


def test_a_code_for_a_pair(emulator: Emulator, flow: Flow) -> None:
    consent = flow.log_in()
    assert "as alice" in consent.text
    answer = answer_of(flow.press(consent, "allow"))
    assert set(answer) == {"code", "state"}
    redeemed = flow.redeem(answer["code"])
    assert redeemed.status_code == GRANTED[flow.client.server]
    pair = redeemed.json()
    assert (pair["scope"], flow.client.status(pair["access_token"])) == ("read write", 200)
    assert flow.client.refresh(pair["refresh_token"], client_id=flow.application["client_id"]).is_success
    assert emulator.control.count(f"{flow.client.server}.created.code") == 1


def test_consent_each_time_unless_there_is_a_token(flow: Flow) -> None:
    assert flow.log_in(approval_prompt="auto").status_code == 200
    assert Form.of(flow.open().text).decisions == ["allow", "cancel"]
    flow.redeem(answer_of(flow.press(flow.open(), "allow"))["code"])
    assert flow.open().status_code == 200
    assert answer_of(flow.open(approval_prompt="auto"))["code"]


def test_cancelled(flow: Flow) -> None:
    assert answer_of(flow.press(flow.log_in(), "cancel")) == {"error": "access_denied", "state": "a state"}


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "http://127.0.0.1:8400/",
        "http://127.0.0.1:8400/cb/",
        "http://127.0.0.1:8400/cb?x=1",
        "http://localhost:8400/cb",
        "http://[::1]:8400/cb",
        "https://127.0.0.1:8400/cb",
        "http://127.0.0.1.evil.example/cb",
        "http://127.0.0.1@evil.example:8400/cb",
        "http://evil.example@127.0.0.1:8400/cb",
        "http://127.0.0.1:x/cb",
        "",
    ],
)
def test_a_wrong_redirect_is_a_page_and_nothing_comes_back(flow: Flow, redirect_uri: str) -> None:
    flow.log_in()
    shown = flow.open(redirect_uri=redirect_uri)
    assert (shown.status_code, "location" in shown.headers) == (400, False)


def test_the_registered_redirect_itself_and_any_port(flow: Flow) -> None:
    flow.log_in()
    for redirect_uri in ("http://127.0.0.1/cb", "http://127.0.0.1:1/cb", "http://127.0.0.1:65535/cb"):
        assert flow.open(redirect_uri=redirect_uri).status_code == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"scope": "admin"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge_method": "S512"}, "invalid_request"),
    ],
)
def test_what_does_come_back(flow: Flow, changes: dict[str, str | None], error: str) -> None:
    flow.log_in()
    assert answer_of(flow.open(**changes)) == {"error": error, "state": "a state"}


def test_a_code_is_good_once_for_ten_minutes_and_the_first_token_stays(emulator: Emulator, flow: Flow) -> None:
    code = flow.code()
    first = flow.redeem(code).json()
    assert flow.redeem(code).json() == {"error": "invalid_grant"}
    assert flow.client.status(first["access_token"]) == 200
    late = answer_of(flow.press(flow.open(), "allow"))["code"]
    emulator.control.advance(600)
    assert flow.redeem(late).json() == {"error": "invalid_grant"}


def test_the_verifier_and_the_redirect_have_to_be_the_same(flow: Flow) -> None:
    code = flow.code()
    for changes in (
        {"code_verifier": VERIFIER.lower()},
        {"code_verifier": ""},
        {"redirect_uri": "http://127.0.0.1/cb"},
    ):
        answer = flow.redeem(code, **changes)
        assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})
    assert flow.redeem(code).is_success


def test_plain_is_taken_and_none_is_required(flow: Flow) -> None:
    code = flow.code(code_challenge=VERIFIER, code_challenge_method="plain")
    assert flow.redeem(code).is_success
    without = flow.press(flow.open(code_challenge=None, code_challenge_method=None), "allow")
    assert flow.redeem(answer_of(without)["code"], code_verifier="").is_success


def test_external_accounts_learn_it_at_the_very_end(emulator: Emulator, flow: Flow) -> None:
    code = flow.code("ext")
    refused = flow.redeem(code)
    assert (refused.status_code, refused.headers["content-type"]) == (403, "text/html; charset=utf-8")
    assert "external authentication provider" in refused.text
    emulator.control.settings(awx_allow_external=True)
    assert flow.redeem(code).is_success


def test_a_wrong_password_and_a_way_out_of_the_site(flow: Flow) -> None:
    page = flow.client.http.get(flow.open().headers["location"])
    assert flow.press(page, "continue", username="alice", password="wrong").status_code == 401
    stray = {"username": "alice", "password": flow.client.passwords["alice"], "next": "https://evil.example/"}
    assert flow.press(page, "continue", **stray).status_code == 401
    assert flow.open().status_code == 302


def test_nobody_agrees_without_a_session(flow: Flow) -> None:
    answer = flow.client.ask("POST", "{oauth}/authorize/", data={**flow.query(), "decision": "allow"})
    assert (answer.status_code, "location" in answer.headers) == (400, False)
