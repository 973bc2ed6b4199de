"""What the configuration, the vault or the disk does to a fetch under way, and that a good token is not withheld."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from keyturn.configuration.config import Config
from keyturn.configuration.profiles.flows.applications import ClientSecret
from keyturn.configuration.profiles.profile import AwxProfile
from keyturn.configuration.profiles.secrets import InFile
from keyturn.errors import ConfigError, SignInNeeded, StateError
from keyturnd.fetching.permission import NoLongerAllowed
from keyturnd.messages.outcomes import Failure
from keyturnd.messages.states import AwxState, EntraState
from support.daemon.brokers import OTHER_SCOPES, Bench, Person, personal_profile, service_profile, want

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keyturnd.vault.tokens import Token

CI = service_profile()
ME = personal_profile()
NOBODY = Person(waits=False)


def forbidden(*_: object) -> NoReturn:
    raise NoLongerAllowed("no longer")


def invalid(*_: object) -> NoReturn:
    raise ConfigError("config.toml is not TOML")


def full_disk(*_: object) -> NoReturn:
    raise StateError("cannot write: no space left on device")


async def test_what_is_forbidden_is_not_even_asked_for(bench: Bench) -> None:
    bench.check = forbidden
    with pytest.raises(NoLongerAllowed):
        await bench.broker.token(want(CI), NOBODY)
    assert bench.provider.started == 0


@pytest.mark.parametrize("change", [forbidden, invalid])
async def test_what_is_held_is_not_given_where_the_configuration_changed_while_the_vault_opened(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, change: Callable[..., None]
) -> None:
    await bench.broker.token(want(CI), NOBODY)
    bench.broker.memory.forget("ci")
    token = bench.holdings.token

    async def slow(*asked: Any) -> Token | None:
        bench.check = change
        return await token(*asked)

    monkeypatch.setattr(bench.holdings, "token", slow)
    with pytest.raises(ConfigError):
        await bench.broker.token(want(CI), NOBODY)
    assert bench.provider.started == 1


@pytest.mark.parametrize("change", [forbidden, invalid])
async def test_what_lands_after_a_change_is_neither_given_nor_kept(bench: Bench, change: Callable[..., None]) -> None:
    bench.provider.hold()
    waiting = asyncio.create_task(bench.broker.token(want(CI), NOBODY))
    await bench.provider.arrived.wait()
    bench.check = change
    bench.provider.release()
    with pytest.raises(ConfigError):
        await waiting
    assert bench.broker.memory.held == {}
    assert await bench.holdings.token(want(CI).key, CI) is None


async def test_a_sign_in_that_was_rotated_meanwhile_is_kept(bench: Bench) -> None:
    await bench.holdings.keep_state(ME, EntraState("refresh-0", "alice@contoso.example"))
    bench.provider.hold()
    waiting = asyncio.create_task(bench.broker.token(want(ME), NOBODY))
    await bench.provider.arrived.wait()
    bench.check = forbidden
    bench.provider.release()
    with pytest.raises(NoLongerAllowed):
        await waiting
    assert await bench.holdings.state(ME) == EntraState("refresh-1", "alice@contoso.example")


async def renewed_once(bench: Bench) -> None:
    renewing = asyncio.create_task(bench.broker.keep_fresh())
    await bench.clock.armed()
    bench.clock.advance(30.5)
    await bench.clock.armed()
    await asyncio.gather(*bench.broker.flights.values(), return_exceptions=True)
    renewing.cancel()


@pytest.mark.parametrize(("change", "held"), [(forbidden, 0), (invalid, 1)])
async def test_what_is_forbidden_is_not_renewed(bench: Bench, change: Callable[..., None], held: int) -> None:
    await bench.broker.token(want(CI), NOBODY)
    bench.clock.advance(bench.provider.life * 0.75)
    bench.check = change
    await renewed_once(bench)
    assert bench.provider.started == 1
    assert len(bench.broker.memory.held) == held


async def test_a_sign_in_that_lands_after_a_change_is_not_held(bench: Bench) -> None:
    bench.provider.hold()
    waiting = asyncio.create_task(bench.broker.token(want(ME), Person()))
    await bench.provider.arrived.wait()
    bench.check = forbidden
    bench.provider.release()
    with pytest.raises(NoLongerAllowed):
        await waiting
    assert bench.broker.memory.held == {}


async def test_a_token_that_cannot_be_kept_is_given_with_one_warning(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.vault, "put", full_disk)
    assert (await bench.broker.token(want(CI), NOBODY)).access_token == "access-1"
    assert (await bench.broker.token(want(CI), NOBODY)).access_token == "access-1"
    await bench.broker.login(want(CI), NOBODY, again=False)
    assert bench.warnings == ["new tokens are lost when the daemon ends: cannot write: no space left on device"]


async def test_a_sign_in_that_cannot_be_kept_is_not_given(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    await bench.holdings.keep_state(ME, EntraState("refresh-0", "alice@contoso.example"))
    monkeypatch.setattr(bench.vault, "put", full_disk)
    with pytest.raises(StateError):
        await bench.broker.token(want(ME), NOBODY)


async def test_a_vault_that_cannot_be_opened_is_none_of_a_named_secrets_business(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("planted-client-secret", encoding="ascii")
    secret.chmod(0o600)
    monkeypatch.setattr(bench.holdings, "_open_vault", full_disk)
    monkeypatch.setattr(bench.holdings, "_vault", None)
    named = service_profile(flow=ClientSecret(InFile(str(secret))))
    assert (await bench.broker.token(want(named), NOBODY)).access_token == "access-1"
    with pytest.raises(StateError):
        await bench.broker.token(want(CI, OTHER_SCOPES), NOBODY)


async def test_no_free_descriptor_is_not_the_secret_files_fault(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(*_: object) -> NoReturn:
        raise OSError(24, os.strerror(24))

    named = service_profile(flow=ClientSecret(InFile("/secret")))
    monkeypatch.setattr("keyturnd.fetching.entrusted.os.open", exhausted)
    with pytest.raises(StateError):
        await bench.fetcher.secret(named)


async def test_a_refusal_names_what_a_change_has_set_aside(bench: Bench) -> None:
    moved = service_profile(authority="https://login.example/fabrikam.example")
    with pytest.raises(
        SignInNeeded, match=r"for 11111111-\S+ at https://login\.example/contoso\.example, and found again"
    ):
        await bench.broker.token(want(moved), NOBODY)


async def test_who_has_to_sign_in_is_told_so_though_nobody_can_look_what_was_set_aside(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.vault, "names", full_disk)
    with pytest.raises(SignInNeeded, match=r"nobody is signed in for profile me$"):
        await bench.broker.token(want(ME), NOBODY)


async def test_a_look_for_lost_tokens_that_loses_server_and_disk_ends_as_any_other(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the daemon's log would have it as a bug of ours."""
    tower, orphans = AwxProfile(name="tower", url="https://awx.example", username="alice"), bench.broker.orphans
    bench.config = Config(profiles={"tower": tower}, source=bench.config.source)

    async def gone(*_: object) -> Failure:
        monkeypatch.setattr(bench.vault, "get", full_disk)
        return Failure("provider-unreachable", "no answer")

    monkeypatch.setattr(bench.provider, "run", gone)
    await bench.holdings.keep_state(tower, AwxState("alice", "token-1", 1, asked_at=bench.clock.wall()))
    orphans.look()
    (looking,) = orphans.of("tower")
    await asyncio.wait([looking])
    assert looking.exception() is None
