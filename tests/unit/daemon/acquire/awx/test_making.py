"""keyturnd.acquire.awx.asking: a token for somebody else, and the answer to its creation that is lost."""

from __future__ import annotations

import pytest

from keyturnd.acquire.awx.asking import questions
from keyturnd.acquire.awx.asking.desk import Desk
from keyturnd.acquire.awx.credentials import basic
from keyturnd.acquire.failed import Failed
from support.awx.in_memory import IDENTITY, PASSWORD, InMemoryAwx, lost


def test_a_look_that_is_refused_does_not_say_that_nothing_was_created() -> None:
    """The daemon would forget it: the password was changed in between, or the token that looks is gone."""
    server, by_password = InMemoryAwx(), basic(IDENTITY, PASSWORD)

    def lose(_: str) -> None:
        server.password, server.after = "another", lambda _: None
        raise lost()

    server.after = lose
    with pytest.raises(Failed) as caught:
        questions.create(Desk(server.server, by_password, by_password), description="made", scope="read")
    assert caught.value.failure.kind == "provider-unreachable"
    assert [row.description for row in server.rows.values()] == ["made"]
