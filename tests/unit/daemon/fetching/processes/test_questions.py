"""What an acquisition asks a person: nobody is held up by it, and it ends with the acquisition."""

from __future__ import annotations

import asyncio

import pytest

from keyturn.errors import Refused
from keyturnd.fetching.keeper import NothingToSeal
from keyturnd.messages.channel import Ask, encode_line
from keyturnd.messages.outcomes import Result
from keyturnd.messages.states import EntraState
from support.daemon.played import ASK, EVENT, JOB, RESULT, SEAL, Audience, playing


class Silent(Audience):
    """Somebody who does not answer."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.withdrawn: list[str] = []

    async def on_ask(self, ask: Ask) -> str:
        self.asked.append(ask.prompt)
        try:
            never: asyncio.Future[str] = asyncio.get_running_loop().create_future()
            return await never
        finally:
            self.withdrawn.append(ask.prompt)


async def test_an_open_question_holds_nothing_up_and_is_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser may bring the answer before the person has pasted it."""
    second = encode_line(Ask(2, "password", "Again")).decode()
    code = f"hear(); say({ASK!r}); say({EVENT!r}); say({second!r}); say({SEAL!r}); hear(); say({RESULT!r})"
    silent = Silent()
    assert await playing(monkeypatch, code).run(JOB, silent) == Result("token", 2.0, 1.0)
    assert (silent.events, silent.sealed) == (1, [EntraState("r")])
    assert silent.asked == silent.withdrawn == ["Password", "Again"][: len(silent.asked)]


async def test_the_outcome_takes_an_open_question_back(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = Silent()
    code = f"hear(); say({ASK!r}); say({EVENT!r}); say({RESULT!r})"
    assert await playing(monkeypatch, code).run(JOB, silent) == Result("token", 2.0, 1.0)
    assert silent.asked == silent.withdrawn


async def test_who_cannot_be_asked_ends_the_acquisition(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused):
        await playing(monkeypatch, f"hear(); say({ASK!r}); hear(); hear()").run(JOB, NothingToSeal())
