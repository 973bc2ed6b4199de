"""keyturnd.acquire.awx.passwords, and who is asked when: no password is sent twice that was refused once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyturnd.acquire.awx import passwords, personal
from keyturnd.acquire.awx.ending import settling
from keyturnd.acquire.failed import Failed
from keyturnd.messages.states import AwxState
from support.awx.in_memory import NOW, PASSWORD, InMemoryAwx, InMemoryChannel, session

if TYPE_CHECKING:
    from keyturnd.messages.outcomes import Failure


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: NOW)


def entrusted(server: InMemoryAwx, channel: InMemoryChannel, password: str) -> Failure:
    with pytest.raises(Failed) as caught:
        personal.silently(session(server, channel), password)
    return caught.value.failure


def test_a_typed_password() -> None:
    server, channel = InMemoryAwx(), InMemoryChannel(typed=(PASSWORD,))
    personal.typed(session(server, channel))
    assert channel.asked == ["password of alice at awx.example"]
    assert list(server.rows) == [1]


def test_a_mistyped_password_may_be_corrected_once() -> None:
    server, channel = InMemoryAwx(), InMemoryChannel(typed=("mistyped", PASSWORD))
    personal.typed(session(server, channel))
    assert channel.asked[1] == "awx.example refused it; password of alice at awx.example"
    assert list(server.rows) == [1]


@pytest.mark.parametrize(("second", "sent"), [("other", 2), ("mistyped", 1), ("", 1)])
def test_then_it_is_over(second: str, sent: int) -> None:
    server, channel = InMemoryAwx(), InMemoryChannel(typed=("mistyped", second))
    with pytest.raises(Failed) as caught:
        personal.typed(session(server, channel))
    assert (caught.value.failure.kind, caught.value.failure.hint) == ("provider-refused", "keyturn login tower")
    assert [method for method, _ in server.requests] == ["POST"] * sent
    assert channel.durable == AwxState("alice")


def test_a_refused_entrusted_password_is_not_sent_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command of a build would otherwise bring the account nearer to being locked."""
    server, channel = InMemoryAwx(), InMemoryChannel()
    first = entrusted(server, channel, "stale")
    assert (first.kind, first.hint) == ("provider-refused", "keyturn secret set tower")
    second = entrusted(server, channel, "stale")
    assert (second.kind, second.hint) == ("provider-refused", "keyturn secret set tower")
    assert len(server.requests) == 1
    monkeypatch.setattr("time.time", lambda: NOW + passwords.REFUSAL_PAUSE + 1)
    entrusted(server, channel, "stale")
    assert len(server.requests) == 2


def test_another_entrusted_password_is_tried_at_once() -> None:
    server, channel = InMemoryAwx(), InMemoryChannel()
    entrusted(server, channel, "stale")
    personal.silently(session(server, channel), PASSWORD)
    assert channel.durable is not None
    assert (channel.durable.refused, channel.durable.intent) == ("", "")


def test_the_note_does_not_hold_the_password() -> None:
    note = passwords.refusing(AwxState("alice"), PASSWORD, NOW)
    again = passwords.refusing(AwxState("alice"), PASSWORD, NOW)
    assert note.refused != again.refused
    assert PASSWORD.encode().hex() not in note.refused
    assert passwords.was_refused(note, PASSWORD, NOW)
    assert not passwords.was_refused(note, "other", NOW)
    assert not passwords.was_refused(AwxState("alice"), PASSWORD, NOW)


def test_a_dead_token_falls_back_to_the_entrusted_password() -> None:
    server, channel = InMemoryAwx(), InMemoryChannel(typed=(PASSWORD,))
    personal.typed(session(server, channel))
    server.rows.clear()
    personal.silently(session(server, channel), PASSWORD)
    assert list(server.rows) == [2]


def test_a_dead_token_alone_needs_a_person_and_stays_known() -> None:
    server, channel = InMemoryAwx(), InMemoryChannel(typed=(PASSWORD,))
    personal.typed(session(server, channel))
    known = channel.durable
    server.rows.clear()
    with pytest.raises(Failed) as caught:
        personal.silently(session(server, channel), None)
    failure = caught.value.failure
    assert (failure.kind, failure.hint, failure.state_dead) == ("sign-in-needed", "keyturn login tower", False)
    assert channel.durable == known


def test_one_that_finds_what_a_dead_token_may_not_look_for_is_not_taken_for_refused() -> None:
    """An administrator has revoked the token. For half an hour no other one would have been asked for."""
    server = InMemoryAwx()
    channel = InMemoryChannel(AwxState("alice", "revoked", 7, mark="description", asked_at=NOW))
    server._create({"scope": "write", "description": "description"})
    settling.look(session(server, channel), PASSWORD)
    assert server.rows == {}
    assert channel.durable is not None
    assert (channel.durable.refused, channel.durable.asked_at) == ("", NOW)
