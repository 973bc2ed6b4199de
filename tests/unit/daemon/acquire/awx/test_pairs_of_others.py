"""keyturnd.acquire.awx.application: a superuser sees everybody's tokens, and deletes nobody else's.

Nor those that the same user has on another machine.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from keyturnd.acquire.awx.application import pairs
from keyturnd.acquire.awx.ending import settling
from keyturnd.acquire.failed import Failed
from support.awx.cuts import Cut
from support.awx.in_memory import NOW, PASSWORD, InMemoryChannel, Row, lost, session
from support.awx.in_memory_pairs import InMemoryPairs

BOBS, EARLIER, LATER = Row("bob" * 10, "write", "", NOW), 1, 9


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> InMemoryPairs:
    monkeypatch.setattr("time.time", lambda: NOW)
    made = InMemoryPairs()
    made.others[EARLIER] = BOBS
    made.issued = EARLIER
    return made


def test_the_token_that_was_used_last_is_one_of_ours(server: InMemoryPairs) -> None:
    channel = InMemoryChannel()
    result = pairs.silently(session(server, channel), PASSWORD)
    assert channel.durable is not None
    assert server.rows[channel.durable.token_id].token == result.access_token
    assert server.others == {EARLIER: BOBS}


def test_what_is_looked_for_behind_a_lost_answer_is_one_of_ours(server: InMemoryPairs) -> None:
    channel = InMemoryChannel()
    server.after = Cut(2, lost)  # behind a look for the highest id
    with suppress(Failed):
        pairs.silently(session(server, channel), PASSWORD)
    assert len(server.rows) == 1
    server.others[LATER] = BOBS
    settling.look(session(server, channel), PASSWORD)
    assert server.rows == {}
    assert server.others == {EARLIER: BOBS, LATER: BOBS}


ELSEWHERE = Row("desktop" * 4, "write", "keyturn tower@desktop 0123456789abcdef01", NOW)


class InUse(InMemoryPairs):
    """Where the user's other machine uses its token all the time."""

    def _list(self, query: str) -> tuple[int, dict[str, Any]]:
        self.used = [*(key for key in self.used if key != EARLIER), EARLIER]
        return super()._list(query)


def test_another_machine_that_uses_its_token_keeps_it() -> None:
    server, channel = InUse(), InMemoryChannel()
    server.rows[EARLIER], server.issued = ELSEWHERE, EARLIER
    result = pairs.silently(session(server, channel), PASSWORD)
    assert channel.durable is not None
    assert server.rows[channel.durable.token_id].token == result.access_token
    assert server.rows[EARLIER] == ELSEWHERE
