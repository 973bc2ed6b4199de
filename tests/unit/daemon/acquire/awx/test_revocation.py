"""keyturnd.acquire.awx.ending.revocation: what a logout deletes, with what, and what it says when it cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from keyturnd.acquire.awx import personal
from keyturnd.acquire.awx.ending import revocation
from keyturnd.acquire.failed import Failed
from support.awx.in_memory import IDENTITY, NOW, PASSWORD, InMemoryAwx, InMemoryChannel, lost, session

if TYPE_CHECKING:
    from keyturnd.messages.outcomes import Failure

HINT = "keyturn secret set tower, then: keyturn logout tower; or leave it there: keyturn logout tower --locally"


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: NOW)


def signed_in(scope: str = "write") -> tuple[InMemoryAwx, InMemoryChannel]:
    server, channel = InMemoryAwx(replace(IDENTITY, scope=scope)), InMemoryChannel(typed=(PASSWORD,))
    personal.typed(session(server, channel))
    server.requests.clear()
    return server, channel


def failure(server: InMemoryAwx, channel: InMemoryChannel, password: str | None) -> Failure:
    with pytest.raises(Failed) as caught:
        revocation.end_all(session(server, channel), password)
    return caught.value.failure


def test_a_write_token_deletes_itself() -> None:
    server, channel = signed_in()
    revocation.end_all(session(server, channel), None)
    assert server.rows == {}
    assert [method for method, _ in server.requests] == ["GET", "GET", "DELETE"]


def test_a_read_token_is_deleted_with_the_entrusted_password() -> None:
    server, channel = signed_in("read")
    revocation.end_all(session(server, channel), PASSWORD)
    assert server.rows == {}


def test_a_read_token_alone_cannot_be_deleted() -> None:
    server, channel = signed_in("read")
    told = failure(server, channel, None)
    assert told.kind == "sign-in-needed"
    assert told.hint == HINT
    assert len(server.rows) == 1


def test_a_wrong_entrusted_password_is_tried_once() -> None:
    server, channel = signed_in("read")
    assert channel.durable is not None
    channel.durable = replace(channel.durable, superseded=(7, 8, 9))
    told = failure(server, channel, "stale")
    assert (told.kind, told.hint) == ("provider-refused", HINT)
    assert [rest for method, rest in server.requests if method == "DELETE"] == ["7/", "7/"]


def test_a_password_that_was_refused_is_not_sent_by_the_next_logout_either() -> None:
    """A directory may lock the account; and what is said is why it was not."""
    server, channel = signed_in("read")
    first = failure(server, channel, "stale")
    assert first.sentence.startswith("awx.example refused the name or the password of alice")
    server.requests.clear()
    second = failure(server, channel, "stale")
    assert "the password entrusted for profile tower: it is not tried again yet" in second.sentence
    assert first.hint == second.hint == HINT
    assert [request for request in server.requests if request[0] == "DELETE"] == [("DELETE", "1/")]
    revocation.end_all(session(server, channel), PASSWORD)
    assert server.rows == {}


def test_a_token_that_is_dead_already() -> None:
    server, channel = signed_in()
    server.rows.clear()
    revocation.end_all(session(server, channel), None)


def test_a_dead_token_does_not_hide_what_it_has_left() -> None:
    server, channel = signed_in()
    server._create({"scope": "write", "description": "lost"})
    assert channel.durable is not None
    channel.durable = replace(channel.durable, intent="lost")
    del server.rows[1]
    assert failure(server, channel, None).kind == "sign-in-needed"
    revocation.end_all(session(server, channel), PASSWORD)
    assert server.rows == {}


def test_a_server_that_does_not_answer() -> None:
    server, channel = signed_in()

    def down(method: str) -> None:
        if method == "DELETE":
            raise lost()

    server.before = down
    assert failure(server, channel, PASSWORD).kind == "provider-unreachable"
    assert len(server.rows) == 1
    assert server.requests.count(("DELETE", "1/")) == 1
