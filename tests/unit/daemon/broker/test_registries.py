"""Tokens of registries: filed apart, renewed with 90 minutes left, never handed out with less than 15."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec
import pytest

from keyturn.errors import ProviderUnreachable, Refused
from keyturnd.acquire.acr import SPARE_LIFE
from keyturnd.fetching.wants import Want
from keyturnd.messages.identities import Registry
from keyturnd.messages.outcomes import Failure, Result
from support.daemon.brokers import SCOPES, Bench, Person, service_profile, want

if TYPE_CHECKING:
    from pathlib import Path

HOUR = 3600.0
CI = service_profile()
NOBODY = Person(waits=False)
CONTOSO, FABRIKAM = (Want(CI, SCOPES, "docker", Registry(f"{name}.azurecr.io")) for name in ("contoso", "fabrikam"))


@pytest.fixture
async def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Its provider's tokens live 3 hours and say when they want to be renewed, as keyturnd.acquire.acr has it."""
    made = Bench(tmp_path / "vault")
    await made.entrust(CI)
    made.provider.life = 3 * HOUR
    run = made.provider.run

    async def timed(job: object, listener: object) -> object:
        outcome = await run(job, listener)  # type: ignore[arg-type]  # passed on
        if not isinstance(outcome, Result):
            return outcome
        return msgspec.structs.replace(outcome, refresh_at=outcome.expires_at - SPARE_LIFE)

    monkeypatch.setattr(made.provider, "run", timed)
    return made


async def secret(bench: Bench, wanted: Want = CONTOSO) -> str:
    return (await bench.broker.token(wanted, NOBODY)).access_token


async def landed(bench: Bench) -> None:
    """Let whatever is being fetched arrive, or fail."""
    await asyncio.gather(*bench.broker.flights.values(), return_exceptions=True)


async def test_each_registry_has_a_token_of_its_own_and_entra_another(bench: Bench) -> None:
    found = [await secret(bench, wanted) for wanted in (CONTOSO, FABRIKAM, want(CI), CONTOSO)]
    assert found == ["access-1", "access-2", "access-3", "access-1"]
    assert [job.registry for job in bench.provider.jobs] == [CONTOSO.registry, FABRIKAM.registry, None]


async def test_above_90_minutes_it_is_left_alone(bench: Bench) -> None:
    await secret(bench)
    bench.clock.advance(1.5 * HOUR - 1)
    assert await secret(bench) == "access-1"
    await landed(bench)
    assert bench.provider.started == 1


async def test_below_90_minutes_it_is_given_and_renewed_behind(bench: Bench) -> None:
    await secret(bench)
    bench.clock.advance(1.5 * HOUR + 1)
    assert await secret(bench) == "access-1"
    await landed(bench)
    assert await secret(bench) == "access-2"
    assert bench.provider.started == 2


async def test_below_15_minutes_it_is_waited_for(bench: Bench) -> None:
    await secret(bench)
    bench.clock.advance(3 * HOUR - 899)
    assert await secret(bench) == "access-2"


async def test_in_an_outage_the_old_one_is_given_while_it_lives(bench: Bench) -> None:
    await secret(bench)
    bench.provider.failure = Failure("provider-unreachable", "cannot connect", "try again later")
    bench.clock.advance(3 * HOUR - 61)
    assert await secret(bench) == "access-1"
    bench.clock.advance(2)
    with pytest.raises(ProviderUnreachable):
        await secret(bench)


async def test_one_that_lives_shorter_is_given_until_half_of_its_life(bench: Bench) -> None:
    bench.provider.life = 600.0
    await secret(bench)
    bench.clock.advance(299)
    assert await secret(bench) == "access-1"
    bench.clock.advance(2)
    assert await secret(bench) == "access-2"


async def test_a_registry_that_asks_for_patience_is_left_alone_and_the_old_one_given(bench: Bench) -> None:
    await secret(bench)
    bench.provider.failure = Failure("provider-unreachable", "too many requests", "try again later", retry_after=120)
    bench.clock.advance(1.5 * HOUR + 1)
    assert await secret(bench) == "access-1"
    await landed(bench)
    for _ in range(2):
        bench.clock.advance(50)
        assert await secret(bench) == "access-1"
        await landed(bench)
    assert bench.provider.started == 2
    bench.provider.failure = None
    bench.clock.advance(30)
    assert await secret(bench) == "access-1"
    await landed(bench)
    assert await secret(bench) == "access-3"


async def test_what_a_registry_says_is_no_last_error_of_who_never_asked_it(bench: Bench) -> None:
    bench.provider.failure = Failure("provider-unreachable", "too many requests", retry_after=120, beside=True)
    with pytest.raises(ProviderUnreachable):
        await secret(bench)
    assert bench.failures.last_of(CI) is not None
    assert bench.failures.last_of(service_profile(name="other")) is None


async def test_one_that_served_somebody_is_renewed_without_anybody_asking(bench: Bench) -> None:
    await secret(bench)
    keeping = asyncio.create_task(bench.broker.keep_fresh())
    await bench.clock.armed()
    bench.clock.advance(1.5 * HOUR + 1)
    await bench.provider.arrived.wait()
    await bench.clock.armed()
    await landed(bench)
    keeping.cancel()
    bench.clock.advance(1.5 * HOUR)
    bench.provider.hold()
    assert await secret(bench) == "access-2"


async def test_a_logout_replaces_whatever_there_is_once_a_minute(bench: Bench) -> None:
    assert not await bench.broker.reject(CONTOSO, None)
    await secret(bench)
    assert await bench.broker.reject(CONTOSO, None)
    assert await secret(bench) == "access-2"
    with pytest.raises(Refused):
        await bench.broker.reject(CONTOSO, None)
    assert await secret(bench) == "access-2"
    bench.clock.advance(61)
    assert await secret(bench) == "access-3"  # what was rejected within the minute


async def test_a_rejection_of_a_token_that_is_gone_by_now_is_forgotten(bench: Bench) -> None:
    await secret(bench)
    assert await bench.broker.reject(CONTOSO, None)
    await secret(bench)
    with pytest.raises(Refused):
        await bench.broker.reject(CONTOSO, None)
    bench.clock.advance(3 * HOUR)
    assert await secret(bench) == "access-3"
    bench.clock.advance(61)
    assert await secret(bench) == "access-3"
