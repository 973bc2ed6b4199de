"""keyturnd.acquire.awx.personal: which credential is used for what, and which requests are never made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from keyturnd.acquire.awx import passwords, personal
from keyturnd.acquire.awx.credentials import bearer
from keyturnd.acquire.failed import Failed
from support.awx.in_memory import IDENTITY, NOW, PASSWORD, InMemoryAwx, InMemoryChannel, lost, session

if TYPE_CHECKING:
    from keyturnd.acquire.awx.api import Reply


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: NOW)


def signed_in(scope: str = "write", **changes: Any) -> tuple[InMemoryAwx, InMemoryChannel]:
    """A token due for renewal, and the state of it with `changes`."""
    server, channel = InMemoryAwx(replace(IDENTITY, scope=scope)), InMemoryChannel(typed=(PASSWORD,))
    personal.typed(session(server, channel))
    assert channel.durable is not None
    aged = {"created_at": NOW - 0.67 * IDENTITY.max_age, "expires_at": NOW + 0.33 * IDENTITY.max_age}
    channel.durable = replace(channel.durable, **(aged | changes))
    server.requests.clear()
    return server, channel


def methods(server: InMemoryAwx) -> list[str]:
    return [method for method, _ in server.requests]


def test_a_renewal_is_three_requests() -> None:
    server, channel = signed_in()
    personal.silently(session(server, channel), None)
    assert methods(server) == ["POST", "GET", "DELETE"]


def test_a_read_token_does_not_try_to_renew_itself() -> None:
    server, channel = signed_in("read")
    personal.silently(session(server, channel), PASSWORD)
    assert methods(server) == ["POST", "GET", "DELETE"]


def test_a_read_token_alone_makes_no_request() -> None:
    server, channel = signed_in("read")
    with pytest.raises(Failed) as caught:
        personal.silently(session(server, channel), None)
    assert caught.value.failure.sentence == "a read token cannot renew itself: profile tower needs a password"
    assert server.requests == []


def test_an_old_dead_token_falls_back_to_the_entrusted_password() -> None:
    server, channel = signed_in()
    server.rows.clear()
    personal.silently(session(server, channel), PASSWORD)
    assert methods(server)[:2] == ["POST", "POST"]
    assert len(server.rows) == 1


def test_a_refusal_that_no_password_changes_is_final() -> None:
    """The 403 of external accounts: the password would be sent for nothing."""
    server, channel = signed_in()
    said = "OAuth2 Tokens cannot be created by users associated with an external authentication provider (ldap)"
    server._create = lambda _: (403, {"detail": said})  # type: ignore[method-assign,assignment]  # a refusal instead
    with pytest.raises(Failed) as caught:
        personal.silently(session(server, channel), PASSWORD)
    assert "external directory (ldap)" in caught.value.failure.sentence
    assert methods(server) == ["POST"]


def test_a_token_that_is_not_told_is_deleted_and_not_asked_for_again() -> None:
    server, channel = signed_in()
    told = server.call

    def masked(method: str, *rest: Any) -> Reply:
        reply = told(method, *rest)
        shown = (reply.document or {}) | {"token": "$encrypted$"}
        return reply._replace(document=shown) if method == "POST" else reply

    server.call = masked  # type: ignore[method-assign,assignment]  # a gateway that masks too much
    with pytest.raises(Failed):
        personal.silently(session(server, channel), None)
    assert methods(server) == ["POST", "GET", "DELETE"]
    assert list(server.rows) == [1]


def test_what_was_replaced_before_does_not_count_as_found() -> None:
    """A request is repeated only if the server was seen to have done its part."""
    server, channel = signed_in(superseded=(7,))
    server._create({"scope": "write", "description": "replaced"})

    def unheard(method: str) -> None:
        if method == "POST":
            raise lost()

    server.before = unheard
    with pytest.raises(Failed):
        personal.silently(session(server, channel), None)
    assert methods(server) == ["POST", "GET"]


def test_a_change_to_read_deletes_the_write_token_last() -> None:
    """It is what the others are deleted with, and nothing else could delete them any more."""
    server, channel = signed_in()
    assert channel.durable is not None
    other = server.server.create(bearer(channel.durable), "older").token_id
    channel.durable = replace(channel.durable, superseded=(1, other))
    server.identity = replace(IDENTITY, scope="read")
    server.requests.clear()
    result = personal.silently(session(server, channel), None)
    assert [row.token for row in server.rows.values()] == [result.access_token]
    assert [rest for method, rest in server.requests if method == "DELETE"] == [f"{other}/", "1/"]


def test_a_doubtful_password_is_not_used_to_clean_up() -> None:
    server, channel = signed_in("read", created_at=NOW, expires_at=NOW + IDENTITY.max_age, superseded=(7,))
    assert channel.durable is not None
    channel.durable = passwords.refusing(channel.durable, "stale", NOW)
    personal.silently(session(server, channel), "stale")
    assert server.requests == [("GET", "1/"), ("DELETE", "7/")]


def test_a_token_of_another_user_is_deleted_and_not_asked_for_again() -> None:
    server, channel = InMemoryAwx(), InMemoryChannel(typed=(PASSWORD,))
    server.owner = "mallory"
    with pytest.raises(Failed, match="a token of mallory"):
        personal.typed(session(server, channel))
    assert methods(server) == ["POST", "GET", "DELETE"]
    assert server.rows == {}
    assert channel.durable is not None
    assert channel.durable.token == ""
