"""A sign-in on its way to a slow disk: whoever looks meanwhile finds the one before, and must not put it back."""

from __future__ import annotations

import asyncio
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from keyturn.configuration.profiles.flows.awx import Password
from keyturn.configuration.profiles.profile import AwxProfile
from keyturn.errors import Refused
from keyturnd.fetching.keeper import Keeper, Nobody
from keyturnd.messages.jobs import TokenJob
from keyturnd.messages.states import AwxState, EntraState
from keyturnd.vault import changing
from keyturnd.vault.changing import Late, wholly
from support.daemon.brokers import Bench, personal_profile, want

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from keyturn.configuration.profiles.profile import Profile
    from keyturnd.messages.states import State

ME = personal_profile()
TOWER = AwxProfile(name="tower", url="https://tower.example", username="alice", flow=Password())
OLD = EntraState("refresh-0", "alice@contoso.example", generation="first")
NEW = EntraState("refresh-1", "alice@contoso.example", generation="second")
OLD_TOKEN = AwxState("alice", token="old", token_id=1)
NEW_TOKEN = AwxState("alice", token="new", token_id=2)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Over a vault with nothing in it."""
    return Bench(tmp_path / "vault")


def keeper_of(bench: Bench, profile: Profile, state: State) -> Keeper:
    """Of a silent fetch that began with `state`."""
    job = bench.fetcher._job(want(profile), 43.0, state=state)
    assert isinstance(job, TokenJob)
    return Keeper(bench.holdings, profile, job, Nobody())


async def race(bench: Bench, slow: str, *others: Callable[[], Coroutine[Any, Any, Any]]) -> None:
    """Run `others`, each begun while the vault's method `slow` is at what the first of them has it do."""
    begun, go_on, method = Event(), Event(), getattr(bench.vault, slow)

    def slowly(*arguments: Any) -> Any:
        begun.set()
        assert go_on.wait(30)
        return method(*arguments)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(bench.vault, slow, slowly)
        running = [asyncio.create_task(others[0]())]
        await asyncio.to_thread(begun.wait, 30)
        running += [asyncio.create_task(other()) for other in others[1:]]
        await asyncio.wait(running[1:], timeout=0)
        go_on.set()
        await asyncio.gather(*running)


async def after_race(
    bench: Bench, profile: Profile, states: tuple[State, State], other: Callable[[], Coroutine[Any, Any, Any]]
) -> State | None:
    """What is kept of `profile` where `other` begins while the second of `states` is being written."""
    await bench.holdings.keep_state(profile, states[0])
    await race(bench, "put", lambda: bench.holdings.keep_state(profile, states[1]), other)
    return await bench.holdings.state(profile)


async def test_a_refusal_of_the_one_before_leaves_it_alone(bench: Bench) -> None:
    assert await after_race(bench, ME, (OLD, NEW), lambda: bench.holdings.drop_dead_state(ME, OLD)) == NEW


async def test_a_refresh_token_that_the_one_before_brings_does_not_replace_it(bench: Bench) -> None:
    keeper = keeper_of(bench, ME, OLD)
    late = EntraState("refresh-late", "alice@contoso.example")
    assert await after_race(bench, ME, (OLD, NEW), lambda: keeper.on_seal(late)) == NEW


async def test_what_is_sealed_of_an_awx_does_not_replace_it(bench: Bench) -> None:
    keeper = keeper_of(bench, TOWER, OLD_TOKEN)

    async def seal() -> None:
        with pytest.raises(Refused):
            await keeper.on_seal(AwxState("alice", intent="about to be created"))

    assert await after_race(bench, TOWER, (OLD_TOKEN, NEW_TOKEN), seal) == NEW_TOKEN


async def test_a_doubt_is_of_the_token_that_comes(bench: Bench) -> None:
    found = await after_race(bench, TOWER, (OLD_TOKEN, NEW_TOKEN), lambda: bench.holdings.doubt(TOWER))
    assert isinstance(found, AwxState)
    assert (found.token, found.doubted) == ("new", True)


async def test_a_doubt_brings_nothing_back_that_a_logout_is_deleting(bench: Bench) -> None:
    await bench.holdings.keep_state(TOWER, OLD_TOKEN)
    await race(
        bench, "delete_profile", lambda: bench.holdings.forget(TOWER.name), lambda: bench.holdings.doubt(TOWER)
    )
    assert await bench.holdings.state(TOWER) is None


async def test_what_comes_late_ends_what_memory_holds_all_the_same(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk did not answer; whoever signed in was told so. Then it does, and another person is signed in."""
    await bench.holdings.keep_state(ME, OLD)
    told, answers = list[str](), Event()
    bench.holdings.on_new_sign_in = told.append
    stuck = asyncio.create_task(wholly(answers.wait, 30))
    await asyncio.wait([stuck], timeout=0)
    monkeypatch.setattr(changing, "PATIENCE", 0.0)
    try:
        with pytest.raises(Late) as raised:
            await bench.holdings.keep_state(ME, NEW)
        assert told == []
    finally:
        answers.set()
    await asyncio.wait([raised.value.change])
    await stuck
    assert (await bench.holdings.state(ME), told) == (NEW, [ME.name])
