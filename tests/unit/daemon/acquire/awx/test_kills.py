"""keyturnd.acquire.awx.personal: killed at every step in turn, then started again, it ends with one live token.

Each request is a step before the server did it and one after; each seal one before it is durable and one after.
The same with real processes is in tests/faults; here no step is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from keyturnd.acquire.awx import personal
from keyturnd.acquire.awx.ending import revocation
from keyturnd.acquire.failed import Failed
from support.awx.cuts import STEPS, Cut, everywhere, wire
from support.awx.in_memory import IDENTITY, NOW, PASSWORD, InMemoryAwx, InMemoryChannel, Killed, lost, session

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturnd.messages.outcomes import Result

    Start = Callable[[InMemoryAwx, InMemoryChannel], Result]


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    """All tokens are as young as they can be; tests that need an old one age the state."""
    monkeypatch.setattr("time.time", lambda: NOW)


def silently(server: InMemoryAwx, channel: InMemoryChannel) -> Result:
    return personal.silently(session(server, channel), None)


def entrusted(server: InMemoryAwx, channel: InMemoryChannel) -> Result:
    return personal.silently(session(server, channel), PASSWORD)


def typed(server: InMemoryAwx, channel: InMemoryChannel) -> Result:
    channel._typed = [PASSWORD]
    return personal.typed(session(server, channel))


def aged(channel: InMemoryChannel) -> None:
    """As if the token were two thirds through its life."""
    assert channel.durable is not None
    week = IDENTITY.max_age
    state = channel.durable
    channel.durable = replace(
        state, created_at=state.created_at - 0.67 * week, expires_at=state.expires_at - 0.67 * week
    )


def check_one_live(server: InMemoryAwx, channel: InMemoryChannel, result: Result) -> None:
    assert [row.token for row in server.rows.values()] == [result.access_token]
    state = channel.durable
    assert state is not None
    assert (state.token, state.intent, state.superseded) == (result.access_token, "", ())
    assert server.rows[state.token_id].token == state.token


def has_one_that_works(server: InMemoryAwx, channel: InMemoryChannel) -> bool:
    """Whether the server takes the token that is durable."""
    state = channel.durable
    return state is not None and state.token in {row.token for row in server.rows.values()}


def cut_everywhere(
    prepare: Callable[[], tuple[InMemoryAwx, InMemoryChannel]], start: Start, again: Start, least: int
) -> None:
    """Kill `start` at each of its steps, `least` or more, in a fresh world, then run `again`."""
    for cut in everywhere(least):
        server, channel = prepare()
        had_one = has_one_that_works(server, channel)
        wire(cut, server, channel)
        try:
            result = start(server, channel)
        except Killed:
            assert has_one_that_works(server, channel) or not had_one
            wire(Cut(0), server, channel)
            result = again(server, channel)
        check_one_live(server, channel, result)


def nothing() -> tuple[InMemoryAwx, InMemoryChannel]:
    return InMemoryAwx(), InMemoryChannel()


def with_a_token(scope: str = "write", *, old: bool = True) -> tuple[InMemoryAwx, InMemoryChannel]:
    server, channel = InMemoryAwx(replace(IDENTITY, scope=scope)), InMemoryChannel()
    typed(server, channel)
    if old:
        aged(channel)
    return server, channel


def test_a_first_token_by_the_entrusted_password() -> None:
    cut_everywhere(nothing, entrusted, entrusted, 9)


def test_a_first_token_by_a_typed_password() -> None:
    cut_everywhere(nothing, typed, typed, 9)


def test_a_renewal_by_the_token_itself() -> None:
    cut_everywhere(with_a_token, silently, silently, 11)


def test_a_renewal_of_a_read_token() -> None:
    cut_everywhere(lambda: with_a_token("read"), entrusted, entrusted, 11)


def test_a_write_token_that_becomes_a_read_token() -> None:
    """The old one deletes what an interrupted run has left, before it deletes itself: the new one may not."""

    def narrowed() -> tuple[InMemoryAwx, InMemoryChannel]:
        server, channel = with_a_token(old=False)
        server.identity = replace(IDENTITY, scope="read")
        return server, channel

    cut_everywhere(narrowed, silently, entrusted, 11)


def test_a_sign_in_over_a_young_token() -> None:
    """What it leaves behind when killed is cleaned up by a silent start, with the token that is still there."""
    cut_everywhere(lambda: with_a_token(old=False), typed, silently, 11)


def test_a_sign_in_after_the_token_died() -> None:
    def dead() -> tuple[InMemoryAwx, InMemoryChannel]:
        server, channel = with_a_token()
        server.rows.clear()
        return server, channel

    cut_everywhere(dead, typed, typed, 11)


def test_killed_again_and_again() -> None:
    """Each start is killed one step later than the one before."""
    server, channel = with_a_token()
    for at in range(1, STEPS):
        cut = Cut(at)
        wire(cut, server, channel)
        try:
            result = silently(server, channel)
        except Killed:
            continue
        break
    check_one_live(server, channel, result)


@pytest.mark.parametrize("world", [nothing, with_a_token])
def test_every_lost_answer(world: Callable[[], tuple[InMemoryAwx, InMemoryChannel]]) -> None:
    """The server does its part and the answer never comes: at worst the next acquisition cleans up."""
    for cut in everywhere(0, lost):
        server, channel = world()
        server.before = server.after = cut
        try:
            result = entrusted(server, channel)
        except Failed:
            result = entrusted(server, channel)
        assert result.access_token in {row.token for row in server.rows.values()}
        assert channel.durable is not None
        remains = channel.durable.superseded or channel.durable.intent
        assert remains or len(server.rows) == 1
        server.before = server.after = Cut(0)
        aged(channel)
        check_one_live(server, channel, entrusted(server, channel))


def test_a_lost_creation_is_repaired_within_the_acquisition() -> None:
    server, channel = with_a_token()
    server.after = Cut(1, lost)
    result = silently(server, channel)
    check_one_live(server, channel, result)
    assert server.issued == 3


def test_a_request_that_a_dead_server_never_saw_is_not_repeated() -> None:
    server, channel = nothing()

    def down(_: str) -> None:
        raise lost()

    server.before = down
    with pytest.raises(Failed):
        entrusted(server, channel)
    assert [method for method, _ in server.requests] == ["POST", "GET"]
    assert channel.durable is not None
    assert channel.durable.intent


def test_a_creation_carried_out_late_is_found_by_the_next() -> None:
    """The server looked idle when we looked, and created the token of the lost request afterwards."""
    server, channel = nothing()
    server.before = Cut(1, lost)
    with pytest.raises(Failed):
        entrusted(server, channel)
    assert channel.durable is not None
    mark = channel.durable.intent
    server._create({"scope": "write", "description": mark})
    check_one_live(server, channel, entrusted(server, channel))
    server._create({"scope": "write", "description": mark})  # even later: at the renewal
    aged(channel)
    check_one_live(server, channel, silently(server, channel))
    server._create({"scope": "write", "description": mark})  # or at the end
    revocation.end_all(session(server, channel), None)
    assert server.rows == {}


def test_a_revocation_killed_anywhere_can_be_repeated() -> None:
    for cut in everywhere(10):
        server, channel = with_a_token()
        assert channel.durable is not None
        server._create({"scope": "write", "description": "lost"})
        server._create({"scope": "write", "description": "replaced"})
        channel.durable = replace(channel.durable, intent="lost", superseded=(3,))
        wire(cut, server, channel)
        try:
            revocation.end_all(session(server, channel), None)
        except Killed:
            wire(Cut(0), server, channel)
            revocation.end_all(session(server, channel), None)
        assert server.rows == {}
