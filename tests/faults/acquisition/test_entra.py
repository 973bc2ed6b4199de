"""The whole acquisition process against providers that are broken or hostile: one failure, and nothing leaks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from keyturn_emulator.certificates import Certificates, create
from keyturnd.messages.channel import Ack
from keyturnd.messages.identities import Network
from keyturnd.messages.outcomes import Failure, Result
from support.acquisition.driver import REFRESH_TOKEN, SECRET, Finished, job, run, signed_in
from support.acquisition.scripted_provider import Reply, ScriptedProvider, Seen, reply, token

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturn_emulator.launch import Emulator

PLANTED = (SECRET, REFRESH_TOKEN, "planted-access-token")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return create(tmp_path_factory.mktemp("certificates"))


def failed(finished: Finished) -> Failure:
    """The failure it ended in, after checking that it ended well and told no secret."""
    assert isinstance(finished.outcome, Failure), finished.seen
    assert finished.status == 0
    assert finished.stderr == b""
    for secret in PLANTED:
        assert secret.encode() not in finished.raw
    assert finished.outcome.kind != "bug", finished.outcome
    assert finished.outcome.hint
    return finished.outcome


def against(certificates: Certificates, answer: Callable[[Seen], Reply | None] | Reply, **members: Any) -> Failure:
    with ScriptedProvider(certificates, answer if callable(answer) else lambda _: answer) as provider:
        return failed(run(job(provider.authority, provider.ca_file, **members)))


def discovered(certificates: Certificates, document: Reply | None) -> tuple[Failure, list[Seen]]:
    with ScriptedProvider(certificates, lambda _: reply(token())) as provider:
        provider.discovery = lambda: document
        return failed(run(job(provider.authority, provider.ca_file))), provider.posts


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>planted-access-token</html>",
        b"[]",
        b'{"access_token":"planted-access-token"}',
        json.dumps(token(expires_in="soon")).encode(),
        json.dumps(token(access_token="planted-access-token\nquit=1")).encode(),
        json.dumps(token(refresh_token=["planted-access-token"])).encode(),
    ],
)
def test_a_200_of_an_odd_shape(certificates: Certificates, body: bytes) -> None:
    assert against(certificates, reply(body)).kind == "provider-unreachable"


def test_an_odd_id_token_does_not_cost_the_token(certificates: Certificates) -> None:
    answer = reply(token(id_token="a.b.c", client_info="%%%", refresh_in="x", scope=7))
    with ScriptedProvider(certificates, lambda _: answer) as provider:
        finished = run(signed_in(provider.authority, provider.ca_file))
    assert isinstance(finished.outcome, Result)
    assert finished.outcome.account == "alice@contoso.example"


@pytest.mark.parametrize("status", [204, 401, 404])
def test_a_refusal_without_a_reason(certificates: Certificates, status: int) -> None:
    told = against(certificates, Reply(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n".encode()))
    assert told.kind == "provider-refused"
    assert f"status {status}" in told.sentence


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000,
        b"HTTP/1.1 999999 OK\r\n\r\n",
    ],
)
def test_a_broken_framing(certificates: Certificates, raw: bytes) -> None:
    assert against(certificates, Reply(raw)).kind == "provider-unreachable"


def test_a_compressed_answer_is_not_inflated(certificates: Certificates) -> None:
    """It was asked for plain: a small answer could become a huge one."""
    assert against(certificates, reply(b"\x1f\x8b", 200, Content_Encoding="gzip")).kind == "provider-unreachable"


def test_an_error_that_echoes_the_secret(certificates: Certificates) -> None:
    def echo(seen: Seen) -> Reply:
        text = f"AADSTS7000215: {seen.form['client_secret']} is wrong. And {seen.form['client_secret']}"
        return reply({"error": "invalid_client", "error_description": text}, 401)

    assert "AADSTS7000215: … is wrong" in against(certificates, echo).sentence


def test_an_error_that_echoes_the_refresh_token(certificates: Certificates) -> None:
    def echo(seen: Seen) -> Reply:
        return reply({"error": "invalid_grant", "error_description": seen.form["refresh_token"]}, 400)

    with ScriptedProvider(certificates, echo) as provider:
        told = failed(run(signed_in(provider.authority, provider.ca_file)))
    assert (told.sentence, told.state_dead) == ("Entra ID refused profile work (alice@contoso.example): …", False)


@pytest.mark.parametrize(
    "document",
    [
        None,
        reply(b"<html>"),
        reply([]),
        reply({}),
        reply({"error": "invalid_tenant", "error_description": "AADSTS90002: Tenant not found."}, 400),
        reply(b"not here", 404),
        reply(b"", 302, Location="https://elsewhere.example/"),
        reply(b"", 503, Retry_After="60"),
    ],
)
def test_a_discovery_that_fails_gets_no_secret(certificates: Certificates, document: Reply | None) -> None:
    _, posts = discovered(certificates, document)
    assert posts == []


def test_a_discovery_that_leads_elsewhere_gets_no_secret(certificates: Certificates) -> None:
    with ScriptedProvider(certificates, lambda _: reply(token())) as thief:
        told, posts = discovered(certificates, reply(thief.endpoints()))
        assert thief.seen == []
    assert posts == []
    assert told.kind == "provider-refused"


def test_an_authority_without_device_codes(certificates: Certificates) -> None:
    with ScriptedProvider(certificates, lambda _: reply(token())) as provider:
        endpoints = provider.endpoints()
        del endpoints["device_authorization_endpoint"]
        provider.discovery = lambda: reply(endpoints)
        told = failed(run(signed_in(provider.authority, provider.ca_file, state=None, interactive=True)))
    assert told.kind == "provider-refused"


@pytest.mark.parametrize(
    "authority",
    [
        "http://127.0.0.1:1/t",
        "https://127.0.0.1:1",
        "https://127.0.0.1:1/",
        "https:///t",
        "https://u:planted-client-secret~0123456789@h/t",
        "https://[::1/t",
        "https://h:port/t",
        "nonsense",
        "",
    ],
)
def test_an_authority_that_is_none(authority: str) -> None:
    assert failed(run(job(authority))).kind == "configuration"


def test_a_ca_file_that_is_none() -> None:
    told = failed(run(job("https://127.0.0.1:1/t", "/nowhere/ca.pem")))
    assert (told.kind, "/nowhere/ca.pem" in told.sentence) == ("configuration", True)


def test_a_proxy_that_is_none() -> None:
    network = Network(proxy="ftp://u:planted-client-secret~0123456789@h")
    assert failed(run(job("https://login.example/t", network=network))).kind == "configuration"


def test_a_host_that_does_not_exist() -> None:
    told = failed(run(job("https://login.invalid/t")))
    assert (told.kind, told.sentence) == (
        "provider-unreachable",
        "cannot connect to login.invalid: its name cannot be resolved",
    )


@pytest.mark.parametrize("kind", ["malformed", "hang", "drip", "huge", "close", "redirect"])
@pytest.mark.parametrize("endpoint", ["discovery", "token"])
def test_every_fault_of_the_emulator(emulator: Emulator, endpoint: str, kind: str) -> None:
    ready = emulator.ready
    details = {"location": "https://elsewhere.example"} if kind == "redirect" else {}
    emulator.control.fault(endpoint, kind, times=9, **details)
    authority = f"{ready.authority}/{ready.tenant}"
    deadline = 1.5 if kind in {"hang", "drip"} else 20.0  # those two never end by themselves
    told = failed(run(job(authority, ready.ca_file, deadline=deadline, **ready.clients["service"])))
    assert told.kind == ("provider-refused" if kind == "redirect" else "provider-unreachable")


@pytest.mark.parametrize(
    "answer",
    [
        {"device_code": "d", "user_code": "U", "verification_uri": "javascript:x", "expires_in": 9},
        {"device_code": "d", "user_code": "U\x1b[2J", "verification_uri": "https://h", "expires_in": 9},
        {"user_code": "U"},
        [],
    ],
)
def test_an_odd_device_code_is_shown_to_nobody(certificates: Certificates, answer: object) -> None:
    with ScriptedProvider(certificates, lambda _: reply(answer)) as provider:
        finished = run(signed_in(provider.authority, provider.ca_file, state=None, interactive=True))
    assert len(finished.seen) == 1
    assert failed(finished).kind == "provider-unreachable"


def test_the_largest_answer_there_may_be_gets_through(certificates: Certificates) -> None:
    large = "x" * 100_000
    answer = reply(token(access_token=large, refresh_token=large, scope="s" * 10_000))
    with ScriptedProvider(certificates, lambda _: answer) as provider:
        finished = run(signed_in(provider.authority, provider.ca_file), Ack())
    assert isinstance(finished.outcome, Result)
    assert finished.outcome.access_token == large
