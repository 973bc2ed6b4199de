"""keyturnd.acquire.awx.application: killed at every step in turn, then started again, one pair is live.

As test_kills.py for personal tokens. A pair has neither an id in its answer nor a description of ours, so what was
asked for and not answered is told by what is newer; and a refresh ends the pair before at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from keyturnd.acquire.awx.application import code, pairs
from keyturnd.acquire.awx.ending import revocation, settling
from keyturnd.acquire.failed import Failed
from support.awx.cuts import STEPS, Cut, everywhere, wire
from support.awx.in_memory import NOW, PASSWORD, InMemoryChannel, Killed, lost, session
from support.awx.in_memory_pairs import CODE, PAIRED, InMemoryPairs

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturnd.messages.outcomes import Result

    World = tuple[InMemoryPairs, InMemoryChannel]
    Start = Callable[[InMemoryPairs, InMemoryChannel], Result]

BROWSER = replace(PAIRED, flow="browser", username="")


class Clock:
    """Of the client and the server."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("time.time", made)
    return made


def entrusted(server: InMemoryPairs, channel: InMemoryChannel) -> Result:
    return pairs.silently(session(server, channel), PASSWORD)


def typed(server: InMemoryPairs, channel: InMemoryChannel) -> Result:
    channel._typed = [PASSWORD]
    return pairs.typed(session(server, channel))


def redeemed(server: InMemoryPairs, channel: InMemoryChannel) -> Result:
    """A sign-in with the browser, from when it has come back with a code."""
    server.codes.add(CODE)
    return code._redeemed(session(server, channel), {"code": CODE}, "http://127.0.0.1:1", "verifier")


def renewed_or_redeemed(server: InMemoryPairs, channel: InMemoryChannel) -> Result:
    """What a person does whose pair was lost with the answer to its refresh: sign in again."""
    try:
        return pairs.silently(session(server, channel), None)
    except Failed as failed:
        if failed.failure.kind != "sign-in-needed":
            raise
        return redeemed(server, channel)


def nothing() -> World:
    return InMemoryPairs(), InMemoryChannel()


def nobody() -> World:
    return InMemoryPairs(BROWSER), InMemoryChannel()


def with_a_pair() -> World:
    server, channel = nothing()
    typed(server, channel)
    return server, aged(channel)


def signed_in() -> World:
    server, channel = nobody()
    redeemed(server, channel)
    return server, aged(channel)


def aged(channel: InMemoryChannel) -> InMemoryChannel:
    """As if the pair were two thirds through its life."""
    assert channel.durable is not None
    state, age = channel.durable, 0.67 * PAIRED.max_age
    channel.durable = replace(state, created_at=state.created_at - age, expires_at=state.expires_at - age)
    return channel


def check_one_live(server: InMemoryPairs, channel: InMemoryChannel, result: Result) -> None:
    """At the latest after the look that a daemon has for what was not answered."""
    assert channel.durable is not None
    if channel.durable.asked_at:
        settling.look(session(server, channel), None)
    assert [row.token for row in server.rows.values()] == [result.access_token]
    state = channel.durable
    assert (state.token, state.superseded) == (result.access_token, ())
    assert server.rows[state.token_id].description == state.mark


@pytest.mark.parametrize(
    ("world", "start", "again"),
    [
        (nothing, entrusted, entrusted),
        (nothing, typed, entrusted),
        (nothing, typed, typed),
        (with_a_pair, entrusted, entrusted),
        (with_a_pair, typed, entrusted),
        (nobody, redeemed, redeemed),
        (signed_in, redeemed, renewed_or_redeemed),
        (signed_in, renewed_or_redeemed, renewed_or_redeemed),
    ],
)
def test_killed_at_each_step(world: Callable[[], World], start: Start, again: Start) -> None:
    for cut in everywhere(8):
        server, channel = world()
        wire(cut, server, channel)
        try:
            result = start(server, channel)
        except Killed:
            wire(Cut(0), server, channel)
            result = again(server, channel)
        check_one_live(server, channel, result)


@pytest.mark.parametrize(
    ("world", "start"), [(nothing, entrusted), (with_a_pair, entrusted), (nobody, redeemed), (signed_in, redeemed)]
)
@pytest.mark.parametrize("pause", [0.0, 400.0])
def test_killed_again_and_again(world: Callable[[], World], start: Start, pause: float, clock: Clock) -> None:
    """Each start is killed some steps later than the one before, with seconds in between."""
    server, channel = world()
    for at in range(1, STEPS):
        wire(Cut(3 * at), server, channel)
        try:
            result = start(server, channel)
        except Killed:
            clock.now += pause
            continue
        break
    wire(Cut(0), server, channel)
    check_one_live(server, channel, result)


def test_a_revocation_killed_anywhere_can_be_repeated() -> None:
    for cut in everywhere(6):
        server, channel = with_a_pair()
        server.carry_out({"grant_type": "password", "password": PASSWORD, "scope": "write"})
        assert channel.durable is not None
        channel.durable = replace(channel.durable, asked_at=NOW, unanswered=(NOW, NOW), noted=1)
        wire(cut, server, channel)
        try:
            revocation.end_all(session(server, channel), PASSWORD)
        except Killed:
            wire(Cut(0), server, channel)
            revocation.end_all(session(server, channel), PASSWORD)
        assert server.rows == {}


def given_up(clock: Clock) -> World:
    """A browser's pair that nobody knows of, a quarter of an hour later: there was nothing to look with."""
    server, channel = nobody()
    server.after = Cut(1)
    with pytest.raises(Killed):
        redeemed(server, channel)
    server.after = Cut(0)
    clock.now += 1000
    with pytest.raises(Failed, match="nobody is signed in"):
        settling.look(session(server, channel), None)
    return server, channel


def test_the_next_sign_in_finds_what_nobody_could_look_for(clock: Clock) -> None:
    """And leaves alone what another program was issued meanwhile."""
    server, channel = given_up(clock)
    assert channel.durable is not None
    assert channel.durable.asked_at == 0
    clock.now += 3600
    server.codes.add("another's")
    server.carry_out({"grant_type": "authorization_code", "code": "another's"})
    result = redeemed(server, channel)
    assert [row.token for key, row in server.rows.items() if key != 2] == [result.access_token]
    assert 2 in server.rows
    assert channel.durable.unanswered is None


@pytest.mark.parametrize(("late", "found"), [(900, True), (1500, False)])
def test_a_server_may_carry_out_a_request_minutes_after_its_client_died(
    clock: Clock, late: float, *, found: bool
) -> None:
    """Behind a proxy or a busy worker (reference/awx.md section 7.2); what is issued much later is another's."""
    server, channel = given_up(clock)
    server.rows[1] = server.rows[1]._replace(created=NOW + late)
    clock.now += 3600
    redeemed(server, channel)
    assert (1 not in server.rows) is found


def test_a_logout_does_not_say_that_all_is_gone_where_nobody_can_tell(clock: Clock) -> None:
    server, channel = given_up(clock)
    with pytest.raises(Failed, match="only a new sign-in of profile tower") as caught:
        revocation.end_all(session(server, channel), None)
    assert (caught.value.failure.kind, caught.value.failure.hint) == ("sign-in-needed", "keyturn login tower")


def test_a_look_with_a_pair_that_has_ended_and_whose_id_nobody_knows(clock: Clock) -> None:
    """It ends like every other, and tells the next sign-in what is missing."""
    server, channel = with_a_pair()
    assert channel.durable is not None
    channel.durable = replace(channel.durable, token_id=0, asked_at=NOW, unanswered=(NOW, NOW))
    server.rows.clear()
    clock.now += 1000
    settling.look(session(server, channel), PASSWORD)
    assert (channel.durable.asked_at, channel.durable.unanswered) == (0.0, (NOW, NOW))


@pytest.mark.parametrize("lost_again", [1, 2, 9])
def test_one_that_nobody_could_name_when_it_was_replaced_is_found_later(lost_again: int) -> None:
    """On a network that loses the answer to the look for its id, and some more when somebody signs in again."""
    server, channel = nothing()
    comes = [True, False]  # what tells which tokens there are before, and whose this one is

    def lose(method: str) -> None:
        if method == "GET" and comes and not comes.pop(0):
            raise lost()

    server.before = lose
    typed(server, channel)
    comes += [False] * lost_again
    typed(server, channel)
    server.before = Cut(0)
    check_one_live(server, channel, entrusted(server, channel))
