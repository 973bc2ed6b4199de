"""The vault: records come back after a restart, bound to where they may be used."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyturn.errors import StateError
from keyturnd.vault.records import Kind, RecordName, key_id_of
from keyturnd.vault.vault import PAYLOAD_LIMIT, DamagedRecord, OtherVaultKey, Vault
from support.daemon.vaults import ACCESS_TOKEN, ENTRUSTED, KEY, SECRET, STATE, directory, opened, put_damaged, vault

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["directory", "vault"]


def test_records_survive_a_restart(vault: Vault, directory: Path) -> None:
    vault.put(STATE, SECRET)
    vault.put(ACCESS_TOKEN, b"another")
    vault.put(STATE, SECRET + b" rotated")
    again = opened(directory)
    assert again.get(STATE) == SECRET + b" rotated"
    assert again.get(ACCESS_TOKEN) == b"another"
    assert again.get(ENTRUSTED) is None


@given(payloads=st.lists(st.binary(max_size=2000), max_size=4))
@settings(max_examples=25)
def test_the_last_payload_counts(tmp_path_factory: pytest.TempPathFactory, payloads: list[bytes]) -> None:
    vault = opened(tmp_path_factory.mktemp("vault", numbered=True) / "vault")
    for payload in payloads:
        vault.put(STATE, payload)
    assert vault.get(STATE) == (payloads[-1] if payloads else None)


def test_nothing_readable_but_names_reaches_the_disk(vault: Vault, directory: Path) -> None:
    vault.put(STATE, SECRET)
    (path,) = directory.iterdir()
    assert SECRET not in path.read_bytes()
    assert path.name == STATE.file_name()
    assert KEY.hex() not in repr(vault)
    assert repr(KEY) not in repr(vault)


def test_records_are_bound_to_where_they_may_be_used(vault: Vault) -> None:
    vault.put(STATE, SECRET)
    for field in ("profile", "provider", "authority", "client_id"):
        assert vault.get(msgspec.structs.replace(STATE, **{field: "other"})) is None
    assert vault.get(STATE) == SECRET


def test_records_of_another_key_are_reported_and_left_alone(vault: Vault, directory: Path) -> None:
    vault.put(STATE, SECRET)
    vault.put(ENTRUSTED, SECRET)
    other = opened(directory, key=bytes(32))
    for name, hint in ((STATE, "keyturn login work"), (ENTRUSTED, "keyturn secret set work")):
        for _ in range(2):
            with pytest.raises(OtherVaultKey) as raised:
                other.get(name)
            assert raised.value.sentence == (
                f"the {name.kind} of profile work is sealed with another key ({key_id_of(KEY)})"
            )
            assert raised.value.hint == hint
    assert vault.get(STATE) == SECRET
    other.put(STATE, b"signed in again")
    assert other.get(STATE) == b"signed in again"


def test_an_access_token_of_another_key_counts_as_absent(vault: Vault, directory: Path) -> None:
    vault.put(ACCESS_TOKEN, SECRET)
    assert opened(directory, key=bytes(32)).get(ACCESS_TOKEN) is None
    assert vault.get(ACCESS_TOKEN) == SECRET


def test_a_record_that_others_can_read_is_refused_not_set_aside(vault: Vault, directory: Path) -> None:
    vault.put(STATE, SECRET)
    path = directory / STATE.file_name()
    path.chmod(0o644)
    for _ in range(2):
        with pytest.raises(StateError) as raised:
            vault.get(STATE)
        assert raised.value.hint == f"chmod 600 {path}"
    path.chmod(0o600)
    assert vault.get(STATE) == SECRET


def test_names_lists_records_without_opening_them(vault: Vault, directory: Path) -> None:
    vault.put(STATE, SECRET)
    vault.put(ACCESS_TOKEN, SECRET)
    (directory / "junk.sealed").write_bytes(b"junk")
    (directory / "copy.sealed").write_bytes((directory / STATE.file_name()).read_bytes())
    (directory / "notes").write_bytes(b"of the user")
    other_key = opened(directory, key=bytes(32))
    assert sorted(name.kind for name in other_key.names()) == ["access-token", "state"]


def test_delete_profile_leaves_the_others(vault: Vault, directory: Path) -> None:
    neighbour = msgspec.structs.replace(STATE, profile="workshop")
    for name in (STATE, ACCESS_TOKEN, ENTRUSTED, neighbour):
        vault.put(name, SECRET)
    put_damaged(vault, directory, STATE, "flipped")
    with pytest.raises(DamagedRecord):
        vault.get(STATE)
    (directory / ACCESS_TOKEN.file_name()).chmod(0o644)
    kinds: tuple[Kind, ...] = ("state", "access-token")
    assert vault.delete_profile("work", kinds) == 2
    assert set(vault.names()) == {ENTRUSTED, neighbour}
    assert vault.delete_profile("work") == 1
    assert vault.delete_profile("work") == 0
    assert [path.name for path in directory.iterdir()] == [neighbour.file_name()]


def test_what_is_of_no_profile_is_deleted_with_none(vault: Vault) -> None:
    """`keyturn logout "$UNSET"`: git's credentials, and tokens made for others, whose values nobody tells again."""
    kept = RecordName(kind="git-credential", profile="", provider="git", authority="https://git.test", client_id="")
    vault.put(kept, SECRET)
    assert vault.delete_profile("") == 0
    assert set(vault.names()) == {kept}


def test_opening_sweeps_what_a_killed_writer_left(vault: Vault, directory: Path) -> None:
    vault.put(STATE, SECRET)
    (directory / ".new-0011223344556677").write_bytes(b"half a record")
    opened(directory)
    assert [path.name for path in directory.iterdir()] == [STATE.file_name()]


def test_what_is_too_large_is_refused_before_it_is_written(vault: Vault, directory: Path) -> None:
    with pytest.raises(StateError, match="the state of profile work is too large for the vault"):
        vault.put(STATE, bytes(PAYLOAD_LIMIT + 1))
    assert list(directory.iterdir()) == []
    vault.put(STATE, bytes(PAYLOAD_LIMIT))
    assert vault.get(STATE) == bytes(PAYLOAD_LIMIT)


def test_a_key_of_another_size_is_refused(directory: Path) -> None:
    with pytest.raises(StateError):
        Vault(directory, bytes(16), "0" * 16)


def test_threads_may_put_and_get_the_same_record(vault: Vault, directory: Path) -> None:
    payloads = [bytes([number]) * 1000 for number in range(8)]
    vault.put(STATE, payloads[0])
    seen: set[bytes | None] = set()

    def work(payload: bytes) -> None:
        for _ in range(5):
            vault.put(STATE, payload)
            seen.add(vault.get(STATE))

    threads = [threading.Thread(target=work, args=(payload,)) for payload in payloads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen <= set(payloads)
    assert [path.name for path in directory.iterdir()] == [STATE.file_name()]
