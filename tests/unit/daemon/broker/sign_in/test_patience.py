"""Waiters that cannot wait for as long as it takes, and sign-ins that outlive them."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING, Any

import pytest

from keyturn.errors import ProviderRefused, SignInNeeded
from keyturnd.messages.outcomes import Failure
from keyturnd.messages.states import EntraState
from support.daemon.brokers import Bench, Person, personal_profile, want

if TYPE_CHECKING:
    from pathlib import Path

    from keyturnd.vault.tokens import Token

ME = personal_profile()


class Hurried(Person):
    """Somebody who has no time at all."""

    def __init__(self) -> None:
        super().__init__()
        self.patience = 0.0


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path / "vault")
    made.provider.hold()
    return made


async def ask(bench: Bench, person: Person) -> Token:
    return await bench.broker.token(want(ME), person)


async def lose_patience(bench: Bench) -> Hurried:
    """Somebody asks and goes away while the sign-in is pending."""
    person = Hurried()
    with pytest.raises(SignInNeeded, match="the sign-in of profile me is still pending") as caught:
        await ask(bench, person)
    assert caught.value.hint == "finish it, then run the command again"
    await bench.provider.arrived.wait()
    return person


async def finished(bench: Bench) -> None:
    """Let the sign-in that nobody waits for come to its end."""
    task = bench.broker.sign_ins.under_way["me"].task
    bench.provider.release()
    await asyncio.wait([task])
    await asyncio.sleep(0)


async def test_the_sign_in_outlives_the_patience_and_the_next_one_joins_it(bench: Bench) -> None:
    await lose_patience(bench)
    again = Person()
    joining = asyncio.create_task(ask(bench, again))
    while bench.broker.sign_ins.under_way["me"].waiting < 2:  # noqa: ASYNC110 - nothing else tells who joined
        await asyncio.sleep(0)
    bench.provider.release()
    assert (await joining).access_token == "access-1"
    assert [event["code"] for event in again.seen] == ["CODE1"]
    assert bench.provider.started == 1


async def test_who_cannot_wait_is_told_that_somebody_signs_in(bench: Bench) -> None:
    """A second attempt of kubectl asks nobody, and "nobody is signed in" behind the code sent people astray."""
    await lose_patience(bench)
    with pytest.raises(SignInNeeded, match="the sign-in of profile me is still pending"):
        await ask(bench, Person(waits=False))
    bench.broker.sign_ins.end()
    await asyncio.wait([bench.broker.sign_ins.under_way["me"].task])
    with pytest.raises(SignInNeeded, match="nobody is signed in"):
        await ask(bench, Person(waits=False))


async def test_what_it_brings_while_nobody_waits_serves_the_next_one(bench: Bench) -> None:
    await lose_patience(bench)
    await finished(bench)
    assert (await ask(bench, Person(waits=False))).access_token == "access-1"
    assert bench.provider.started == 1


async def test_it_replaces_an_old_token_although_the_failure_is_still_remembered(bench: Bench) -> None:
    bench.provider.release()
    await ask(bench, Person())
    bench.clock.advance(bench.provider.life)
    bench.provider.hold()
    bench.provider.failure = Failure("sign-in-needed", "the sign-in has expired", "keyturn login me", state_dead=True)
    bench.provider.release()
    with pytest.raises(SignInNeeded):
        await ask(bench, Person(waits=False))
    bench.provider.failure = None
    bench.provider.hold()
    await lose_patience(bench)
    await finished(bench)
    assert (await ask(bench, Person(waits=False))).access_token == "access-3"


async def test_it_does_not_linger_for_ever(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "vault", linger=0.0)
    bench.provider.hold()
    await lose_patience(bench)
    await asyncio.wait([bench.broker.sign_ins.under_way["me"].task])
    assert bench.provider.killed == 1
    assert await bench.holdings.state(ME) is None


async def test_who_still_waits_keeps_it_when_the_lingering_ends(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "vault", linger=0.0)
    bench.provider.hold()
    staying = asyncio.create_task(ask(bench, Person()))
    await bench.provider.arrived.wait()
    await lose_patience(bench)
    while bench.broker.sign_ins.under_way["me"].waiting > 1:  # noqa: ASYNC110 - until the lingering is over
        await asyncio.sleep(0)
    bench.provider.release()
    assert (await staying).access_token == "access-1"


async def test_one_that_is_declined_while_nobody_waits_is_no_complaint_of_asyncio(bench: Bench) -> None:
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    await lose_patience(bench)
    bench.provider.failure = Failure("provider-refused", "AADSTS70016: declined", "keyturn login me")
    await finished(bench)
    gc.collect()
    assert complaints == []


async def test_a_declined_one_is_over(bench: Bench) -> None:
    await lose_patience(bench)
    bench.provider.failure = Failure("provider-refused", "AADSTS70016: declined", "keyturn login me")
    await finished(bench)
    with pytest.raises(ProviderRefused):
        await ask(bench, Person())
    assert bench.provider.started == 2


async def test_patience_is_for_the_person_not_for_the_provider(bench: Bench) -> None:
    await bench.holdings.keep_state(ME, EntraState("refresh-0", "alice@contoso.example"))
    asking = asyncio.create_task(ask(bench, Hurried()))
    await bench.provider.arrived.wait()
    bench.provider.release()
    assert (await asking).access_token == "access-1"
