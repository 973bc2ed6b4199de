"""Tokens that are renewed behind the answers, ahead of time or because a server refused them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from keyturn.errors import Refused
from keyturn.moves import servers
from keyturnd.broker.renewal import AT_ONCE, PRUNING_INTERVAL
from keyturnd.vault import tokens
from support.daemon.askers import CI, NOBODY, UNREACHABLE
from support.daemon.brokers import Bench, want
from support.daemon.manual_clock import SOME_WALL_TIME
from support.machine.threads import none_to_be_had

if TYPE_CHECKING:
    from pathlib import Path


async def test_past_its_renewal_point_a_token_is_given_and_renewed_behind(bench: Bench) -> None:
    await bench.broker.token(want(CI), NOBODY)
    bench.clock.advance(bench.provider.life * 0.75)
    bench.provider.hold()
    given = [await bench.broker.token(want(CI), NOBODY) for _ in range(3)]
    assert {token.access_token for token in given} == {"access-1"}
    (flight,) = bench.broker.flights.values()
    bench.provider.release()
    await flight
    assert (await bench.broker.token(want(CI), NOBODY)).access_token == "access-2"
    assert bench.provider.started == 2


async def test_a_token_that_served_is_renewed_by_itself_and_one_that_did_not_lapses(bench: Bench) -> None:
    await bench.broker.token(want(CI), NOBODY)
    renewing = asyncio.create_task(bench.broker.keep_fresh())
    for _ in range(2 * int(bench.provider.life / 30)):
        await bench.clock.armed()
        bench.clock.advance(30.5)
        await asyncio.gather(*bench.broker.flights.values())
    renewing.cancel()
    assert bench.provider.started == 2  # once ahead of time; the renewed one served nobody and is left to lapse


async def test_after_a_night_whoever_asks_does_not_wait_behind_all_that_is_due(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = list[None]()
    monkeypatch.setattr(bench.broker.orphans, "look", lambda: looked.append(None))
    many = [want(CI, scopes=(f"https://{number}.example/.default",)) for number in range(4 * AT_ONCE)]
    for each in many:
        await bench.broker.token(each, NOBODY)
    bench.provider.hold()
    bench.clock.advance(bench.provider.life + 3600)
    renewing = asyncio.create_task(bench.broker.keep_fresh())
    await bench.clock.armed()
    bench.clock.advance(30.5)
    await bench.provider.arrived.wait()
    for rounds in (1, 2):
        await bench.clock.armed()
        assert len(looked) == rounds, "a provider that says nothing holds up what is owed to an AWX"
        bench.clock.advance(30.5)
    asked = asyncio.create_task(bench.broker.token(many[-1], NOBODY))
    while len(bench.provider.running) <= AT_ONCE:  # noqa: ASYNC110 - the provider tells of the first one only
        await asyncio.sleep(0)
    assert len(bench.broker.flights) == AT_ONCE + 1
    bench.provider.release()
    await asked
    while bench.broker.flights:
        await asyncio.wait(bench.broker.flights.values())
        await asyncio.sleep(0)
    renewing.cancel()
    assert bench.provider.started == 2 * len(many)


async def test_who_only_checks_keeps_no_token_fresh(bench: Bench) -> None:
    await bench.broker.token(want(CI, protocol="check"), NOBODY)
    bench.clock.advance(bench.provider.life * 0.75)
    assert (await bench.broker.token(want(CI, protocol="check"), NOBODY)).access_token == "access-1"
    assert not bench.broker.flights
    assert not bench.broker.memory.due_for_renewal()


async def test_expired_tokens_are_swept_out_of_the_vault(bench: Bench) -> None:
    await bench.broker.token(want(CI), NOBODY)
    sweeping = asyncio.create_task(bench.broker.keep_fresh())
    bench.broker.memory.held.clear()  # as for a target that the configuration no longer has
    while len(list(bench.vault.names())) > 1:
        await bench.clock.armed(2)
        assert bench.clock.wall() < SOME_WALL_TIME + 2 * bench.provider.life + 60, "never swept"
        bench.clock.advance(30.5)
    sweeping.cancel()
    assert [name.kind for name in bench.vault.names()] == ["secret"]


async def test_renewal_outlives_a_sweep_that_finds_no_thread(bench: Bench) -> None:
    await bench.broker.token(want(CI), NOBODY)
    renewing = asyncio.create_task(bench.broker.keep_fresh())
    await bench.clock.armed(2)
    with none_to_be_had():
        bench.clock.advance(PRUNING_INTERVAL)
        again = asyncio.create_task(bench.clock.armed(2))
        await asyncio.wait({renewing, again}, return_when=asyncio.FIRST_COMPLETED)
    assert not renewing.done()
    renewing.cancel()


async def test_renewing_behind_backs_off_while_the_provider_is_down(bench: Bench) -> None:
    await bench.broker.token(want(CI), NOBODY)
    bench.provider.failure = UNREACHABLE
    bench.clock.advance(bench.provider.life * 0.75)
    for _ in range(100):
        await bench.broker.token(want(CI), NOBODY)
        await asyncio.gather(*bench.broker.flights.values(), return_exceptions=True)
        bench.clock.advance(1)
    assert 3 <= bench.provider.started <= 8  # 5 s, doubling: not once per request


async def test_a_rejected_token_is_replaced_once_a_minute(bench: Bench) -> None:
    first = await bench.broker.token(want(CI), NOBODY)
    assert await bench.broker.reject(want(CI), first.digest)
    second = await bench.broker.token(want(CI), NOBODY)
    assert second.access_token == "access-2"
    with pytest.raises(Refused, match="just been renewed") as told:
        await bench.broker.reject(want(CI), second.digest)
    assert told.value.hint == servers.right_of(second.account, 60.0), "whoever asks an administrator has to say who"
    assert await bench.broker.token(want(CI), NOBODY) == second
    bench.clock.advance(60)
    await bench.broker.reject(want(CI), second.digest)
    assert (await bench.broker.token(want(CI), NOBODY)).access_token == "access-3"


async def test_a_rejected_token_does_not_come_back_after_a_restart(bench: Bench, tmp_path: Path) -> None:
    first = await bench.broker.token(want(CI), NOBODY)
    await bench.broker.reject(want(CI), first.digest)
    reborn = Bench(tmp_path / "vault", bench.clock)
    await reborn.broker.token(want(CI), NOBODY)
    assert reborn.provider.started == 1


async def test_somebody_elses_rejected_password_changes_nothing(bench: Bench) -> None:
    first = await bench.broker.token(want(CI), NOBODY)
    assert not await bench.broker.reject(want(CI), tokens.digest("a personal access token"))
    assert await bench.broker.token(want(CI), NOBODY) == first
