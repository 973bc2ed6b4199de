"""Whose browser a sign-in is opened in, and who has to carry its answer."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext

import pytest

from keyturn.configuration.profiles.flows.people import Browser
from keyturnd.broker.signin import SignIn
from keyturnd.messages.channel import Ask
from support.daemon.brokers import Bench, Person, personal_profile, want
from support.daemon.sign_ins import ME, ask, begun, bench

__all__ = ["bench"]


AT_A_BROWSER = personal_profile(flow=Browser())


@pytest.mark.parametrize(
    ("can", "opens"),
    [([True, True, True], [True, False, False]), ([False, True, True], [False, True, False]), ([False], [False])],
)
async def test_one_tab_however_many_wait(bench: Bench, can: list[bool], opens: list[bool]) -> None:
    """The first who can opens it, whether it began the sign-in or came later; everybody sees where it leads."""
    bench.provider.hold()
    people = [Person(opens_browser=opens_browser) for opens_browser in can]
    asked = []
    for person in people:
        asked.append(ask(bench, person, profile=AT_A_BROWSER))
        await begun(bench, len(asked))
    bench.provider.release()
    await asyncio.gather(*asked)
    assert [event["open"] for person in people for event in person.seen] == opens
    assert {event["url"] for person in people for event in person.seen} == {"https://login.example/authorize?1"}


@pytest.mark.parametrize("opens_browser", [True, False])
async def test_whose_browser_is_elsewhere_has_to_carry_its_answer(bench: Bench, *, opens_browser: bool) -> None:
    await ask(bench, Person(opens_browser=opens_browser), profile=AT_A_BROWSER)
    assert [job.elsewhere for job in bench.provider.jobs] == [not opens_browser]


@pytest.mark.parametrize("again", [True, False])
async def test_who_signs_in_anew_is_shown_the_accounts(bench: Bench, *, again: bool) -> None:
    await bench.broker.login(want(AT_A_BROWSER), Person(), again=again)
    assert [job.again for job in bench.provider.jobs] == [again]


async def test_an_answered_question_is_open_for_nobody(bench: Bench) -> None:
    """Whoever was asked is told, and whoever comes is not asked."""
    bench.provider.hold()
    first, late = Person(), Person()
    sign_in = SignIn(want(ME), bench.fetcher, 1.0, lambda _: nullcontext(), elsewhere=True, again=False)
    watching = asyncio.ensure_future(sign_in.wait(first))
    asking = asyncio.ensure_future(sign_in.questions.ask(Ask(1, "redirect-url", "where")))
    while not any(event["event"] == "ask" for event in first.seen):  # noqa: ASYNC110 - nothing else tells
        await asyncio.sleep(0)
    number = next(event["id"] for event in first.seen if event["event"] == "ask")
    asking.cancel()
    await asyncio.wait([asking])
    assert first.seen[-1] == {"event": "answered", "id": number}
    assert not sign_in.questions.take_answer(number, "too late")
    bench.provider.release()
    await asyncio.gather(watching, sign_in.wait(late))
    assert all(event["event"] != "ask" for event in late.seen)
