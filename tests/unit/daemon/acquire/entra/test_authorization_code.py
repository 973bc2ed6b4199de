"""keyturnd.acquire.entra.authorization_code: what a provider answers wrongly, and what no error may quote."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from keyturnd.acquire.deadline import Deadline
from keyturnd.acquire.entra import authorization_code
from keyturnd.acquire.entra.authentication.client import Credential
from keyturnd.acquire.entra.msal_client import MsalClient
from keyturnd.acquire.entra.session import Session
from keyturnd.acquire.failed import Failed
from keyturnd.acquire.loopback import peer
from keyturnd.acquire.network.transport import Answer, Request
from keyturnd.messages.identities import EntraIdentity, Network
from keyturnd.messages.jobs import TokenJob

if TYPE_CHECKING:
    from keyturnd.messages.channel import Event
    from keyturnd.messages.outcomes import Failure

BASE = "https://login.example/22222222-2222-2222-2222-222222222222"
TOKEN: dict[str, Any] = {"access_token": "at", "token_type": "Bearer", "expires_in": 3599, "refresh_token": "rt"}


class Provider:
    """Answers the discovery soundly, and each token request as told."""

    def __init__(self, answer: dict[str, Any], status: int = 200) -> None:
        self._answer = Answer(status, {}, json.dumps(answer).encode(), 0.0)

    def exchange(self, request: Request) -> Answer:
        if request.method == "POST":
            return self._answer
        names = ("authorization", "token", "device_authorization")
        endpoints = {f"{name}_endpoint": f"{BASE}/oauth2/v2.0/{name}" for name in names}
        return Answer(200, {}, json.dumps(endpoints).encode(), 0.0)


class Nobody:
    """A channel over which nothing may be sealed."""

    secrets: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.told: list[Event] = []

    def tell(self, event: Event) -> None:
        self.told.append(event)


def session_at(provider: Provider, account: str | None = None) -> Session:
    identity = EntraIdentity("work", "browser", "11111111-1111-1111-1111-111111111111", BASE, account)
    job = TokenJob(identity, ("https://r.example/.default",), Network(), 30.0, interactive=True)
    http = MsalClient(provider, identity)  # type: ignore[arg-type]  # it behaves like one
    return Session(job, Nobody(), Deadline(30), http, {}, Credential())  # type: ignore[arg-type]  # see above


def redeemed(provider: Provider) -> Failure:
    """How a code is redeemed, in vain, at `provider`."""
    session = session_at(provider)
    application = session.application()
    flow = authorization_code._begin(session, application, "http://localhost:8400")
    fields = {"code": "planted-code", "state": flow["state"]}
    with pytest.raises(Failed) as caught:
        authorization_code._redeemed(session, application, flow, fields)
    assert {"planted-code", flow["state"], flow["nonce"], flow["code_verifier"]} <= set(session.channel.secrets)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return caught.value.failure


@pytest.mark.parametrize("claims", [{"nonce": "planted-nonce"}, {}])
def test_an_id_token_of_another_sign_in_is_refused_and_not_quoted(claims: dict[str, str]) -> None:
    payload = base64.urlsafe_b64encode(json.dumps({"oid": "planted-oid", **claims}).encode()).decode().rstrip("=")
    failure = redeemed(Provider({**TOKEN, "id_token": f"e30.{payload}.c2ln"}))
    assert failure.kind == "provider-refused"
    assert failure.sentence == "the ID token of login.example is not of this sign-in"


def test_a_refused_code_is_refused_as_the_provider_says() -> None:
    answer = {"error": "invalid_grant", "error_description": "AADSTS70008: The provided authorization code expired."}
    failure = redeemed(Provider(answer, 400))
    assert (failure.kind, failure.hint) == ("sign-in-needed", "keyturn login work")
    assert "AADSTS70008" in failure.sentence


@pytest.mark.parametrize(("account", "shown", "lines"), [(None, False, 2), ("alice", False, 1), (None, True, 1)])
def test_who_cannot_be_told_apart_is_warned_of(
    monkeypatch: pytest.MonkeyPatch, account: str | None, lines: int, *, shown: bool
) -> None:
    monkeypatch.setattr(peer, "can_be_told", lambda: shown)
    session: Any = session_at(Provider(TOKEN), account)
    authorization_code._invite(session, BASE)
    assert [event.kind for event in session.channel.told] == ["progress", "browser"][-lines:]
    if lines > 1:
        assert session.channel.told[0].message.endswith("as themselves, unless the profile has `account`")


@pytest.mark.parametrize("wanted", ["", "alice@contoso.example", "Alice@Contoso.example"])
def test_whoever_the_profile_is_for_is_let_in(wanted: str) -> None:
    authorization_code._check_account(session_at(Provider(TOKEN), wanted), "alice@contoso.example")


@pytest.mark.parametrize("username", ["bob@contoso.example", "alice@contoso.example.evil", ""])
def test_somebody_else_in_the_browser_is_not(username: str) -> None:
    with pytest.raises(Failed) as caught:
        authorization_code._check_account(session_at(Provider(TOKEN), "alice@contoso.example"), username)
    assert caught.value.failure.sentence == f"you signed in as {username}, profile work is for alice@contoso.example"
