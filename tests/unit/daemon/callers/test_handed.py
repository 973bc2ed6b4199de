"""Which tokens are in doubt because their holder asks again."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from keyturnd.callers.handed import REMEMBERED, Client, Handed
from keyturnd.callers.peer import Tool
from keyturnd.vault.names import token_name
from support.daemon.brokers import OTHER_SCOPES, SCOPES, service_profile
from support.daemon.manual_clock import ManualClock

KEY, OTHER_KEY = (token_name(service_profile(), scopes, None) for scopes in (SCOPES, OTHER_SCOPES))
CLIENT = Client(Tool(100, 5000), "/usr/bin/kubectl", "https://cluster.example")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def handed(clock: ManualClock) -> Handed:
    made = Handed(clock)
    made.note(CLIENT, KEY, 200, b"one")
    return made


def test_who_asks_again_doubts_what_it_got(handed: Handed) -> None:
    assert handed.doubtful(CLIENT, KEY, 201) == b"one"


def test_the_first_who_asks_doubts_nothing(clock: ManualClock) -> None:
    assert Handed(clock).doubtful(CLIENT, KEY, 201) is None


def test_a_helper_that_asks_twice_doubts_nothing(handed: Handed) -> None:
    assert handed.doubtful(CLIENT, KEY, 200) is None


@pytest.mark.parametrize(
    "other",
    [
        replace(CLIENT, tool=Tool(100, 5001)),
        replace(CLIENT, program="/usr/bin/kubectl.1.33"),
        replace(CLIENT, place="https://other.example"),
        replace(CLIENT, place=None),
    ],
    ids=["another process", "another program in it", "another cluster", "no cluster"],
)
def test_another_client_doubts_nothing(handed: Handed, other: Client) -> None:
    assert handed.doubtful(other, KEY, 201) is None


def test_a_token_for_something_else_is_not_in_doubt(handed: Handed) -> None:
    assert handed.doubtful(CLIENT, OTHER_KEY, 201) is None


def test_the_last_token_counts(handed: Handed) -> None:
    handed.note(CLIENT, KEY, 201, b"two")
    assert handed.doubtful(CLIENT, KEY, 202) == b"two"


def test_it_does_not_grow_for_ever_and_keeps_the_latest(handed: Handed) -> None:
    for number in range(REMEMBERED - 1):
        handed.note(replace(CLIENT, tool=Tool(number, 0)), KEY, 200, b"more")
    handed.note(CLIENT, KEY, 200, b"one")
    handed.note(replace(CLIENT, tool=Tool(REMEMBERED, 0)), KEY, 200, b"more")
    assert handed.doubtful(CLIENT, KEY, 201) == b"one"
    assert handed.doubtful(replace(CLIENT, tool=Tool(0, 0)), KEY, 201) is None


def test_who_doubts_again_and_again_waits_longer_each_time(handed: Handed, clock: ManualClock) -> None:
    waited = []
    for _ in range(9):
        handed.doubted(CLIENT, KEY)
        waited.append(0)
        while handed.doubtful(CLIENT, KEY, 201) is None:
            clock.advance(60)
            waited[-1] += 1
    assert waited == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_doubt_of_one_client_keeps_no_other_from_its_own(handed: Handed) -> None:
    other = replace(CLIENT, tool=Tool(100, 5001))
    handed.note(other, KEY, 200, b"one")
    handed.doubted(CLIENT, KEY)
    assert handed.doubtful(CLIENT, KEY, 201) is None
    assert handed.doubtful(other, KEY, 201) == b"one"
