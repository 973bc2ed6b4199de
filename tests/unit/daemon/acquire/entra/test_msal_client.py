"""acquire.entra.msal_client under the real msal: what is sent is mended, and no answer makes msal stumble."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyturnd.acquire.deadline import Deadline
from keyturnd.acquire.entra import client_credentials, device_code, refresh
from keyturnd.acquire.entra.authentication.client import Credential
from keyturnd.acquire.entra.msal_client import MsalClient
from keyturnd.acquire.entra.session import Session
from keyturnd.acquire.failed import Failed
from keyturnd.acquire.network.transport import Answer
from keyturnd.messages.channel import Seal, encode_line
from keyturnd.messages.identities import EntraIdentity, Network
from keyturnd.messages.jobs import TokenJob
from keyturnd.messages.states import EntraState

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturnd.acquire.network.transport import Request
    from keyturnd.messages.outcomes import Result

    Grant = Callable[["FakeTransport"], tuple[Result, list[EntraState]]]

BASE = "https://login.example/22222222-2222-2222-2222-222222222222"
DISCOVERY = {
    "authorization_endpoint": f"{BASE}/oauth2/v2.0/authorize",
    "token_endpoint": f"{BASE}/oauth2/v2.0/token",
    "device_authorization_endpoint": f"{BASE}/oauth2/v2.0/devicecode",
}
SOUND: dict[str, Any] = {"access_token": "at", "token_type": "Bearer", "expires_in": 3599}


class FakeTransport:
    """Answers each POST with one body, and remembers the requests."""

    def __init__(self, body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.requests: list[Request] = []
        self._post = Answer(status, headers or {}, body, 1_800_000_000.0)

    def exchange(self, request: Request) -> Answer:
        self.requests.append(request)
        if request.method == "POST":
            return self._post
        return Answer(200, {}, json.dumps(DISCOVERY).encode(), 0.0)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl((self.requests[-1].body or b"").decode(), strict_parsing=True, keep_blank_values=True))


class Sealed:
    """A channel that remembers what was sealed."""

    def __init__(self) -> None:
        self.states: list[EntraState] = []

    def seal(self, state: EntraState) -> None:
        self.states.append(state)


def session(transport: FakeTransport, flow: str, **members: Any) -> Session:
    identity = EntraIdentity("work", flow, "11111111-1111-1111-1111-111111111111", BASE)
    job = TokenJob(identity, ("https://r.example/.default",), Network(), 30.0, **members)
    client = MsalClient(transport, identity)  # type: ignore[arg-type]  # it behaves like one
    return Session(job, Sealed(), Deadline(30), client, {}, Credential(job.secret))  # type: ignore[arg-type]  # it behaves like one


def as_application(transport: FakeTransport, **members: Any) -> Result:
    return client_credentials.acquire(session(transport, "client-secret", secret="s+/ß&=", **members))


def as_user(transport: FakeTransport, **members: Any) -> tuple[Result, list[EntraState]]:
    used = session(transport, "device-code", state=EntraState("old", "alice", "u.t"), **members)
    result = refresh.acquire(used)
    return result, used.channel.states  # type: ignore[attr-defined]  # it is a Sealed


def test_a_secret_survives_the_form_encoding() -> None:
    transport = FakeTransport(json.dumps(SOUND).encode())
    as_application(transport)
    assert transport.form["client_secret"] == "s+/ß&="
    assert transport.form["scope"] == "https://r.example/.default"


def test_what_is_absent_is_not_sent_empty() -> None:
    """A bare httpx client sends `claims=`, which Entra refuses."""
    transport = FakeTransport(json.dumps(SOUND).encode())
    as_application(transport)
    assert "claims" not in transport.form
    as_user(transport)
    assert "claims" not in transport.form


def test_a_device_code_is_asked_for_without_empty_claims() -> None:
    """Here msal itself leaves them in."""
    code = {"device_code": "d", "user_code": "U", "verification_uri": "https://h", "expires_in": 9, "interval": 5}
    transport = FakeTransport(json.dumps(code).encode())
    used = session(transport, "device-code")
    assert device_code._start(used, used.application())["user_code"] == "U"
    assert "claims" not in transport.form


def test_an_id_token_without_a_subject_is_no_reason_to_stumble() -> None:
    """It is one for msal's token cache."""
    answer = SOUND | {"id_token": "e30.eyJvaWQiOiJvIn0.c2ln"}
    assert as_user(FakeTransport(json.dumps(answer).encode()))[0].details["unique_id"] == "o"


def test_a_claims_challenge_is_passed_on() -> None:
    transport = FakeTransport(json.dumps(SOUND).encode())
    claims = '{"access_token":{"nbf":{"essential":true}}}'
    as_application(transport, claims=claims)
    assert transport.form["claims"] == claims
    as_user(transport, claims=claims)
    assert transport.form["claims"] == claims


def test_a_users_request_asks_for_the_next_refresh_token() -> None:
    transport = FakeTransport(json.dumps(SOUND).encode())
    as_user(transport)
    assert set(transport.form["scope"].split()) == {
        "https://r.example/.default",
        "openid",
        "profile",
        "offline_access",
    }
    assert transport.form["refresh_token"] == "old"
    assert "client_secret" not in transport.form


def test_reserved_scopes_in_a_job_are_no_reason_to_stumble() -> None:
    used = session(FakeTransport(b"{}"), "device-code")
    assert used._replace(job=TokenJob(used.identity, ("openid", "x"), Network(), 1)).user_scopes == ["x"]


def test_the_correlation_id_is_the_providers_or_ours() -> None:
    theirs = FakeTransport(json.dumps(SOUND).encode(), headers={"client-request-id": "aaaaaaaa-bbbb"})
    assert as_application(theirs).details["correlation_id"] == "aaaaaaaa-bbbb"
    ours = FakeTransport(json.dumps(SOUND).encode())
    assert as_application(ours).details["correlation_id"] == ours.requests[-1].headers["client-request-id"]


def test_a_correlation_id_that_is_none_is_not_shown() -> None:
    odd = FakeTransport(json.dumps(SOUND).encode(), headers={"client-request-id": "\x1b[2J"})
    assert as_application(odd).details["correlation_id"] == odd.requests[-1].headers["client-request-id"]


@pytest.mark.parametrize("tenant", ["common", "Organizations", "consumers"])
def test_an_application_without_a_tenant_asks_nobody(tenant: str) -> None:
    transport = FakeTransport(b"{}")
    used = session(transport, "client-secret", secret="s")
    identity = EntraIdentity("ci", "client-secret", "app", f"https://login.example/{tenant}")
    with pytest.raises(Failed) as caught:
        client_credentials.acquire(used._replace(job=TokenJob(identity, (), Network(), 1, secret="s")))
    assert caught.value.failure.kind == "configuration"
    assert caught.value.failure.hint == "set `tenant` of [profile.ci] to the one the application lives in"
    assert not transport.requests


def test_an_application_without_a_secret_asks_nobody() -> None:
    transport = FakeTransport(b"{}")
    with pytest.raises(Failed) as caught:
        client_credentials.acquire(session(transport, "client-secret"))
    assert caught.value.failure.hint == "keyturn secret set work"
    assert not transport.requests


def test_a_rotated_refresh_token_is_sealed_with_its_owner() -> None:
    result, sealed = as_user(FakeTransport(json.dumps(SOUND | {"refresh_token": "new"}).encode()))
    assert sealed == [EntraState("new", "alice", "u.t")]
    assert result.account == "alice"


@pytest.mark.parametrize("members", [{}, {"refresh_token": "old"}])
def test_without_a_new_refresh_token_nothing_is_sealed(members: dict[str, str]) -> None:
    assert as_user(FakeTransport(json.dumps(SOUND | members).encode()))[1] == []


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)
names = st.sampled_from(
    [
        *("access_token", "token_type", "expires_in", "refresh_token", "id_token", "client_info", "scope"),
        *("refresh_in", "ext_expires_in", "error", "error_description", "error_codes", "suberror", "claims"),
    ]
)
bodies = st.binary(max_size=40) | st.builds(lambda odd: json.dumps(odd).encode(), anything)
odd_answers = bodies | st.builds(
    lambda odd, sound: json.dumps({**(SOUND if sound else {}), **odd}).encode(),
    st.dictionaries(names, anything),
    st.booleans(),
)


@settings(max_examples=150)
@given(odd_answers, st.sampled_from([200, 200, 201, 400, 401, 403, 404]))
def test_whatever_comes_back_ends_in_a_result_or_a_typed_failure(body: bytes, status: int) -> None:
    grants: tuple[Grant, ...] = (lambda used: (as_application(used), []), as_user)
    for acquire in grants:
        try:
            result, states = acquire(FakeTransport(body, status))
        except Failed as failed:
            encode_line(failed.failure)
            continue
        encode_line(result)
        for state in states:
            encode_line(Seal(state))
        assert result.expires_at > result.issued_at
