"""Records of another key, or of another keyturn, as after a way back: left as they are, and in nobody's way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyturn.errors import StateError
from keyturnd.messages.states import EntraState
from keyturnd.store.credential import Place
from keyturnd.store.sealed import name_of
from keyturnd.store.store import Store
from keyturnd.vault.names import state_name
from keyturnd.vault.records import MAGIC, key_id_of, seal
from keyturnd.vault.vault import OtherVersion
from support.daemon.brokers import Bench, Person, personal_profile, service_profile, want

if TYPE_CHECKING:
    from pathlib import Path

    from keyturnd.vault.records import RecordName

ME, CI = personal_profile(), service_profile()
SIGNED_IN = EntraState("refresh-0", "alice@contoso.example")
UNREADABLE = ("other key", "newer form", "newer content", "damaged")


def make_unreadable(bench: Bench, directory: Path, name: RecordName, how: str) -> bytes:
    """What the file of `name` then holds."""
    file, other_key = directory / name.file_name(), bytes(32)
    bench.vault.put(name, b'{"type":"of a keyturn to come","expires_at":"soon"}')
    if how == "newer form":
        file.write_bytes(file.read_bytes().replace(MAGIC, b"keyturn-sealed-record 2\n"))
    elif how == "other key":
        file.write_bytes(seal(name, b"{}", key=other_key, key_id=key_id_of(other_key)))
    elif how == "damaged":
        file.write_bytes(b"")
    return file.read_bytes()


@pytest.mark.parametrize("how", ["newer form", "newer content"])
async def test_a_state_of_a_newer_keyturn_is_told_and_left_alone(tmp_path: Path, how: str) -> None:
    bench = Bench(tmp_path)
    content = make_unreadable(bench, tmp_path, state_name(ME), how)
    for _ in range(2):
        with pytest.raises(OtherVersion) as raised:
            await bench.holdings.state(ME)
        assert raised.value.sentence == "the state of profile me was kept by another version of keyturn"
        assert raised.value.hint == "keyturn login me"
    assert (tmp_path / state_name(ME).file_name()).read_bytes() == content


@pytest.mark.parametrize("how", UNREADABLE)
async def test_a_sign_in_takes_the_place_of_what_tells_nothing(tmp_path: Path, how: str) -> None:
    bench = Bench(tmp_path)
    make_unreadable(bench, tmp_path, state_name(ME), how)
    await bench.broker.login(want(ME), Person(), again=False)
    state = await bench.holdings.state(ME)
    assert isinstance(state, EntraState)
    assert state.refresh_token == "refresh-1"


@pytest.mark.parametrize("how", UNREADABLE)
async def test_a_state_that_becomes_unreadable_meanwhile_does_not_end_a_sign_in(tmp_path: Path, how: str) -> None:
    bench = Bench(tmp_path)
    make_unreadable(bench, tmp_path, state_name(ME), how)
    assert await bench.holdings.keep_state(ME, SIGNED_IN)
    assert await bench.holdings.state(ME) == SIGNED_IN


@pytest.mark.parametrize("how", ["other key", "newer form", "newer content"])
async def test_a_logout_ends_it_too(tmp_path: Path, how: str) -> None:
    bench = Bench(tmp_path)
    make_unreadable(bench, tmp_path, state_name(ME), how)
    assert await bench.broker.logout("me", ME) == 1
    assert await bench.holdings.state(ME) is None


@pytest.mark.parametrize("how", UNREADABLE)
async def test_an_access_token_that_tells_nothing_is_fetched_anew(tmp_path: Path, how: str) -> None:
    bench = Bench(tmp_path)
    await bench.entrust(CI)
    make_unreadable(bench, tmp_path, want(CI).key, how)
    await bench.holdings.prune(bench.clock.wall())
    assert (await bench.broker.login(want(CI), Person(waits=False), again=False)).access_token == "access-1"


@pytest.mark.parametrize("how", ["other key", "newer form", "newer content"])
async def test_a_kept_credential_that_tells_nothing_is_passed_over_and_left(tmp_path: Path, how: str) -> None:
    bench = Bench(tmp_path)
    name = name_of(Place("https", "example.com"))
    content = make_unreadable(bench, tmp_path, name, how)
    await Store(bench.holdings.vault, bench.clock).read()
    assert (tmp_path / name.file_name()).read_bytes() == content


async def test_a_number_that_no_keyturn_will_have_is_damage(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    for number in (b"0", b"x", b"1000000", b""):
        bench.vault.put(state_name(ME), b"{}")
        file = tmp_path / state_name(ME).file_name()
        file.write_bytes(file.read_bytes().replace(MAGIC, b"keyturn-sealed-record " + number + b"\n"))
        with pytest.raises(StateError, match="damaged"):
            await bench.holdings.state(ME)
