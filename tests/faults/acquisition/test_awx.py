"""The whole acquisition process against an AWX that is odd, broken or hostile: one failure, and nothing leaks."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from keyturn_emulator.certificates import Certificates, create
from keyturnd.acquire.awx.credentials import basic
from keyturnd.messages.channel import Ask
from keyturnd.messages.outcomes import Done, Failure, Result
from keyturnd.messages.states import AwxState
from support.acquisition.driver import COMMAND
from support.acquisition.scripted_provider import Reply, Seen, reply
from support.awx.in_memory import PASSWORD
from support.awx.over_tls import AwxOverTls, Vault

if TYPE_CHECKING:
    from collections.abc import Callable

    Instead = Callable[[Seen], Reply | bool | None]

TOKEN = "plantedtoken0000000000000000AB"
PAGE = b"<!DOCTYPE html><title>Not here</title>"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return create(tmp_path_factory.mktemp("certificates"))


def told(vault: Vault, outcome: object) -> Failure:
    """The failure, after checking that it is of use and tells no secret."""
    assert isinstance(outcome, Failure), outcome
    assert outcome.kind != "bug", outcome
    assert outcome.hint
    assert not outcome.state_dead
    for secret in (PASSWORD, TOKEN, "planted0000"):
        assert secret.encode() not in vault.raw.splitlines()[-1]
    return outcome


def against(certificates: Certificates, instead: Instead, **members: Any) -> tuple[Failure, AwxOverTls, Vault]:
    """A token by the entrusted password from a server that answers as `instead` says."""
    with AwxOverTls(certificates) as server:
        server.instead = instead
        vault = Vault()
        outcome = vault.run(server.token_job(secret=PASSWORD, **members))
        return told(vault, outcome), server, vault


def on(method: str, answer: Reply | None) -> Instead:
    """`answer` for each request of `method`; discovery stays sound."""

    def instead(seen: Seen) -> Reply | bool | None:
        return answer if seen.method == method and seen.target != "/api/" else True

    return instead


def on_discovery(answer: Reply | None) -> Instead:
    def instead(seen: Seen) -> Reply | bool | None:
        return answer if seen.target == "/api/" else True

    return instead


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (None, "provider-unreachable"),
        (reply(PAGE, 200), "provider-refused"),
        (reply(PAGE, 404), "provider-refused"),
        (reply(PAGE, 502), "provider-unreachable"),
        (reply(b"", 302, Location="https://elsewhere.example/api/"), "provider-refused"),
        (reply({"current_version": "/api/v2/"}), "provider-refused"),
        (reply({"current_version": "https://elsewhere.example/", "oauth2": "/api/o/"}), "provider-refused"),
        (reply({"apis": {"controller": "/api/controller/"}}), "provider-refused"),
        (reply([]), "provider-refused"),
    ],
)
def test_a_server_that_is_no_awx_gets_no_password(
    certificates: Certificates, answer: Reply | None, kind: str
) -> None:
    failure, server, vault = against(certificates, on_discovery(answer))
    assert failure.kind == kind
    assert not any("authorization" in seen.headers for seen in server.seen)
    assert vault.state is None


def test_nobody_is_asked_for_a_password_no_server_waits_for(certificates: Certificates) -> None:
    with AwxOverTls(certificates) as server:
        server.instead = on_discovery(reply(PAGE))
        vault = Vault()
        told(vault, vault.run(server.token_job(interactive=True)))
        assert not any(isinstance(message, Ask) for message in vault.seen)


@pytest.mark.parametrize(
    "answer", [reply({"id": 1}, 201), reply({"id": 1, "token": "*" * 12}, 201), reply(PAGE, 201)]
)
def test_a_created_token_that_is_not_told(certificates: Certificates, answer: Reply) -> None:
    """It is looked for at once, so that it does not stay behind; and it is not asked for again."""
    failure, server, vault = against(certificates, on("POST", answer))
    assert failure.kind == "provider-refused"
    assert [seen.method for seen in server.seen] == ["GET", "POST", "GET"]
    assert vault.state is not None
    assert vault.state.token == ""


def test_a_post_is_not_sent_on(certificates: Certificates) -> None:
    """A client that follows the 301 of a missing slash turns the POST into a GET, or hands its password on."""
    with AwxOverTls(certificates) as thief:
        failure, server, _ = against(
            certificates, on("POST", reply(b"", 307, Location=f"{thief.base}/api/v2/tokens/"))
        )
        assert thief.seen == []
    assert failure.kind == "provider-refused"
    assert f" wants to redirect to {thief.base}/api/v2/tokens/, which" in failure.sentence
    assert failure.hint == f'if that is it: url = "{thief.base}" in [profile.tower]'
    assert len(server.posts) == 1


def test_a_networks_login_page_is_named_without_its_query(certificates: Certificates) -> None:
    away = reply(b"", 302, Location="https://bob:pw@portal.example/login?token=planted")
    failure, _, _ = against(certificates, on("POST", away))
    assert " wants to redirect to https://portal.example/login, which is never followed" in failure.sentence
    assert "`url`" in (failure.hint or "")


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, "provider-refused"), (403, "provider-refused"), (404, "provider-refused"), (500, "provider-unreachable")],
)
def test_a_page_in_place_of_an_answer(certificates: Certificates, status: int, kind: str) -> None:
    failure, _, vault = against(certificates, on("POST", reply(PAGE, status)))
    assert failure.kind == kind
    assert vault.state is not None
    assert vault.state.intent  # nobody can tell whether it got through


def test_a_server_that_asks_for_patience(certificates: Certificates) -> None:
    failure, server, _ = against(certificates, on("POST", reply(b"", 429, Retry_After="120")))
    assert (failure.kind, failure.retry_after) == ("provider-unreachable", 120)
    assert len(server.posts) == 1


def test_an_echo_of_the_password(certificates: Certificates) -> None:
    def echo(seen: Seen) -> Reply | bool:
        header = seen.headers.get("authorization", "")
        return reply({"detail": f"{header} {PASSWORD}"}, 400) if seen.method == "POST" else True

    failure, _, vault = against(certificates, echo)
    assert failure.sentence.endswith("does not take the request: Basic … …")
    assert vault.state == AwxState("alice")


def test_an_echo_of_the_token(certificates: Certificates) -> None:
    def echo(seen: Seen) -> Reply | bool:
        return reply({"detail": seen.headers.get("authorization", "")}, 400) if seen.method == "POST" else True

    with AwxOverTls(certificates) as server:
        server.instead = echo
        vault = Vault()
        state = AwxState("alice", token=TOKEN, token_id=1, scope="write")
        told(vault, vault.run(server.token_job(state)))


@pytest.mark.parametrize("member", [{"id": 2**70}, {"expires": 7}, {"scope": ["write"]}, {"created": {}}])
def test_odd_members_beside_a_token(certificates: Certificates, member: dict[str, Any]) -> None:
    def odd(seen: Seen) -> Reply | bool:
        return reply({"id": 1, "token": TOKEN} | member, 201) if seen.method == "POST" else True

    with AwxOverTls(certificates) as server:
        server.instead = odd
        outcome = Vault().run(server.token_job(secret=PASSWORD))
    if "id" in member:
        assert isinstance(outcome, Failure)
    else:
        assert isinstance(outcome, Result)
        assert outcome.expires_at == outcome.issued_at + server.identity.max_age


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_cleanup_that_hangs_does_not_cost_the_token(certificates: Certificates, method: str) -> None:
    with AwxOverTls(certificates) as server:
        vault = Vault()
        old = server.awx.server.create(basic(server.identity, PASSWORD), "old").token_id
        vault.state = AwxState("alice", superseded=(old,))
        server.instead = on(method, Reply(b"", hold=True))
        outcome = vault.run(server.token_job(vault.state, secret=PASSWORD, deadline=6.0))
        assert isinstance(outcome, Result), outcome
        assert vault.state.superseded == (old,)
        server.instead = lambda _: True
        again = vault.run(server.token_job(vault.state))
        assert isinstance(again, Result)
        assert again.access_token == outcome.access_token
        assert [row.token for row in server.awx.rows.values()] == [outcome.access_token]


def test_a_server_that_has_given_up_tokens_ends_a_revocation(certificates: Certificates) -> None:
    with AwxOverTls(certificates) as server:
        server.instead = on_discovery(reply({"current_version": "/api/v2/"}))
        assert Vault().run(server.revoke_job(AwxState("alice", token=TOKEN, token_id=1))) == Done()


def test_a_revocation_that_cannot_be_done(certificates: Certificates) -> None:
    with AwxOverTls(certificates) as server:
        vault = Vault()
        server.instead = on("DELETE", reply(PAGE, 503))
        made = server.awx.server.create(basic(server.identity, PASSWORD), "x")
        state = AwxState("alice", token=made.token, token_id=made.token_id, scope="write")
        assert told(vault, vault.run(server.revoke_job(state))).kind == "provider-unreachable"


def test_nothing_to_revoke_needs_no_server(certificates: Certificates) -> None:
    with AwxOverTls(certificates) as server:
        assert Vault().run(server.revoke_job(AwxState("alice"))) == Done()
        assert server.seen == []


def test_a_refused_state_is_kept(certificates: Certificates) -> None:
    with AwxOverTls(certificates) as server:
        vault = Vault()
        state = AwxState("alice", token=TOKEN, token_id=1, scope="write", superseded=(3,), intent="mark")
        assert told(vault, vault.run(server.token_job(state))).kind == "sign-in-needed"
        assert vault.state in {None, state}


def test_awx_needs_no_msal() -> None:
    """It would cost each renewal a tenth of a second and 20 MiB."""
    code = "import sys; from keyturnd.acquire.awx import job; sys.exit('msal' in sys.modules)"
    assert subprocess.run((*COMMAND[:3], "-c", code), check=False).returncode == 0
