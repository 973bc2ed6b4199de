"""Every token is of the sign-in there is: another person's, an older one's, a nameless one's is given to nobody."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NoReturn

import pytest

from keyturn.configuration.profiles.profile import AwxProfile
from keyturn.errors import Refused, SignInNeeded, StateError
from keyturnd.fetching.wants import Want
from keyturnd.messages.identities import Registry
from keyturnd.messages.states import AwxState, EntraState
from keyturnd.vault.tokens import Token
from support.daemon.brokers import OTHER_SCOPES, SCOPES, Bench, Person, personal_profile, want

if TYPE_CHECKING:
    from pathlib import Path

    from keyturnd.vault.records import RecordName

ME = personal_profile()
ALICE, BOB = "alice@contoso.example", "bob@contoso.example"
NOBODY = Person(waits=False)
REGISTRY = Want(ME, SCOPES, "docker", Registry("acme.azurecr.io"))


@pytest.fixture
async def bench(tmp_path: Path) -> Bench:
    """Where Alice signed in, and tokens for two audiences and a registry are held."""
    made = Bench(tmp_path / "vault")
    await made.broker.token(want(ME), Person())
    await made.broker.token(want(ME, OTHER_SCOPES), NOBODY)
    await made.broker.token(REGISTRY, NOBODY)
    return made


@pytest.mark.parametrize("wanted", [want(ME), want(ME, OTHER_SCOPES), REGISTRY])
@pytest.mark.parametrize("restarted", [False, True])
async def test_nothing_outlives_the_sign_in_of_another_person(
    bench: Bench, tmp_path: Path, wanted: Want, *, restarted: bool
) -> None:
    bench.provider.account = BOB
    await bench.broker.login(want(ME), Person(), again=True)
    used = Bench(tmp_path / "vault", bench.clock) if restarted else bench
    used.provider.account = BOB
    assert (await used.broker.token(wanted, NOBODY)).account == BOB


async def test_the_former_persons_records_leave_the_vault(bench: Bench) -> None:
    bench.provider.account = BOB
    await bench.broker.login(want(ME), Person(), again=True)
    assert [name.scopes for name in bench.vault.names() if name.kind == "access-token"] == [SCOPES]
    assert {held.token.account for held in bench.broker.memory.held.values()} == {BOB}


async def test_records_that_cannot_be_removed_do_not_fail_the_sign_in(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> NoReturn:
        raise StateError("cannot delete: read-only file system")

    monkeypatch.setattr(bench.vault, "delete_profile", refuse)
    bench.provider.account = BOB
    await bench.broker.login(want(ME), Person(), again=True)
    assert (await bench.broker.token(want(ME, OTHER_SCOPES), NOBODY)).account == BOB


async def test_a_token_under_way_during_a_sign_in_is_given_to_nobody(bench: Bench) -> None:
    bench.provider.hold()
    third = want(ME, ("api://third/.default",))
    waiting = asyncio.create_task(bench.broker.token(third, NOBODY))
    await bench.provider.arrived.wait()
    await bench.holdings.keep_state(ME, EntraState("bobs", BOB, "bob.t", "2"))
    bench.provider.account = BOB
    bench.provider.release()
    assert (await waiting).access_token == "access-5"  # what alice's refresh token brought was the fourth
    kept = await bench.holdings.token(third.key, ME)
    assert kept == await waiting


async def test_a_sign_in_that_changes_again_and_again_ends_in_a_sentence(bench: Bench) -> None:
    third = want(ME, ("api://third/.default",))
    bench.provider.hold()
    waiting = asyncio.create_task(bench.broker.token(third, NOBODY))
    for number in ("2", "3"):
        await bench.provider.arrived.wait()
        await bench.holdings.keep_state(ME, EntraState("bobs", BOB, "bob.t", number))
        bench.provider.release()
        bench.provider.hold()
    bench.provider.release()
    with pytest.raises(Refused, match="signed in elsewhere"):
        await waiting
    assert await bench.holdings.token(third.key, ME) is None


async def test_a_sign_in_that_is_replaced_as_its_token_lands_ends_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of an AWX, a `keyturn token --renew` does that, too. It was told as a bug."""
    bench = Bench(tmp_path / "vault")
    keep = bench.holdings.keep_token

    async def replaced_meanwhile(name: RecordName, token: Token) -> bool:
        await bench.holdings.keep_state(ME, EntraState("refresh-2", ALICE, generation="another"))
        return await keep(name, token)

    monkeypatch.setattr(bench.holdings, "keep_token", replaced_meanwhile)
    with pytest.raises(Refused, match="is being signed in elsewhere"):
        await bench.broker.login(want(ME), Person(), again=True)


async def test_a_record_of_the_version_before_is_fetched_again_without_a_person(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "vault")
    now = bench.clock.wall()
    await bench.holdings.keep_state(ME, EntraState("refresh-0", ALICE, "alice.t"))
    await bench.holdings.keep_token(want(ME).key, Token("old", now, now + 3600, account=ALICE))
    assert (await bench.broker.token(want(ME), NOBODY)).access_token == "access-1"
    reborn = Bench(tmp_path / "vault", bench.clock)
    assert (await reborn.broker.token(want(ME), NOBODY)).access_token == "access-1"


async def test_a_rotation_goes_on_with_the_same_sign_in(bench: Bench, tmp_path: Path) -> None:
    state = await bench.holdings.state(ME)
    assert isinstance(state, EntraState)
    assert state.refresh_token == "refresh-3"
    assert state.generation
    reborn = Bench(tmp_path / "vault", bench.clock)
    assert (await reborn.broker.token(want(ME), NOBODY)).access_token == "access-1"
    assert reborn.provider.started == 0


@pytest.mark.parametrize("person", [Person(), NOBODY])
async def test_the_account_is_checked_without_a_new_refresh_token_too(tmp_path: Path, person: Person) -> None:
    for_alice, bench = personal_profile(account=ALICE), Bench(tmp_path / "vault")
    if not person.waits:
        await bench.holdings.keep_state(for_alice, EntraState("refresh-0", ALICE))
    bench.provider.gives_refresh_tokens = False
    bench.provider.account = BOB
    with pytest.raises(Refused, match=r"bob@contoso\.example signed in, but profile me is for alice"):
        await bench.broker.token(want(for_alice), person)
    assert await bench.holdings.token(want(for_alice).key, for_alice) is None


async def test_who_signs_in_without_a_refresh_token_ends_the_sign_in_before(bench: Bench) -> None:
    bench.provider.gives_refresh_tokens = False
    bench.provider.account = BOB
    assert (await bench.broker.login(want(ME), Person(), again=True)).account == BOB
    with pytest.raises(SignInNeeded):
        await bench.broker.token(want(ME, OTHER_SCOPES), NOBODY)
    assert (await bench.broker.token(want(ME), NOBODY)).account == BOB


async def test_a_token_of_another_user_of_an_awx_is_refused(tmp_path: Path) -> None:
    tower, bench = AwxProfile(name="tower", url="https://awx.example", username="carol"), Bench(tmp_path / "vault")
    await bench.holdings.keep_secret(tower, "planted-password")
    with pytest.raises(Refused, match=r"alice@contoso\.example signed in, but profile tower is for carol"):
        await bench.broker.token(want(tower, ("write",)), NOBODY)


async def test_an_awx_token_that_a_sign_in_has_replaced_is_not_given(tmp_path: Path) -> None:
    tower, bench = AwxProfile(name="tower", url="https://awx.example", username="alice"), Bench(tmp_path / "vault")
    bench.provider.account = "alice"
    bench.provider.gives_refresh_tokens = False
    await bench.holdings.keep_state(tower, AwxState("alice", "token-2", 2, requested="write -"))
    with pytest.raises(Refused, match="signed in elsewhere"):  # it brings access-1, which the state does not know
        await bench.broker.token(want(tower, ("write",)), NOBODY)
    assert await bench.holdings.token(want(tower, ("write",)).key, tower) is None
