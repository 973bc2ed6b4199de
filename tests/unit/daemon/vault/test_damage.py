"""The vault: no damage on disk makes it fail twice."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from keyturn.errors import StateError
from keyturnd.vault.durable import PrivateDirectory
from keyturnd.vault.records import RecordName
from keyturnd.vault.vault import DamagedRecord, Vault
from support.daemon.vaults import ACCESS_TOKEN, ENTRUSTED, SECRET, STATE, directory, put_damaged, vault

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["directory", "vault"]


@pytest.mark.parametrize("damage", ["truncated", "flipped", "empty", "foreign", "swapped"])
def test_a_damaged_state_is_set_aside_and_reported_once(vault: Vault, directory: Path, damage: str) -> None:
    path = put_damaged(vault, directory, STATE, damage)
    damaged = path.read_bytes()
    with pytest.raises(DamagedRecord) as raised:
        vault.get(STATE)
    assert raised.value.sentence == "the state of profile work was damaged on disk and has been set aside"
    assert raised.value.hint == "keyturn login work"
    assert vault.get(STATE) is None
    (aside,) = directory.glob("*.damaged")
    assert aside.name.startswith(STATE.file_name())
    assert aside.read_bytes() == damaged
    vault.put(STATE, b"signed in again")
    assert vault.get(STATE) == b"signed in again"


def test_a_damaged_secret_names_its_own_cure(vault: Vault, directory: Path) -> None:
    put_damaged(vault, directory, ENTRUSTED, "flipped")
    with pytest.raises(DamagedRecord) as raised:
        vault.get(ENTRUSTED)
    assert raised.value.hint == "keyturn secret set work"


@pytest.mark.parametrize("damage", ["truncated", "flipped", "empty", "foreign", "swapped"])
def test_a_damaged_access_token_counts_as_absent(vault: Vault, directory: Path, damage: str) -> None:
    put_damaged(vault, directory, ACCESS_TOKEN, damage)
    assert vault.get(ACCESS_TOKEN) is None
    assert len(list(directory.glob("*.damaged"))) == 1


def test_damaged_records_never_replace_each_other(vault: Vault, directory: Path) -> None:
    for content in (b"first damage", b"second damage"):
        vault.put(STATE, SECRET)
        (directory / STATE.file_name()).write_bytes(content)
        with pytest.raises(DamagedRecord):
            vault.get(STATE)
    assert {path.read_bytes() for path in directory.glob("*.damaged")} == {b"first damage", b"second damage"}


def test_a_record_put_while_its_forerunner_is_found_damaged_is_kept(
    vault: Vault, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sign-in that mends the damage must not be set aside with it."""
    put_damaged(vault, directory, STATE, "flipped")
    rename_unchanged = PrivateDirectory.rename_unchanged

    def put_first(files: PrivateDirectory, name: str, content: bytes, new_name: str) -> bool:
        vault.put(STATE, b"signed in meanwhile")
        return rename_unchanged(files, name, content, new_name)

    monkeypatch.setattr(PrivateDirectory, "rename_unchanged", put_first)
    assert vault.get(STATE) == b"signed in meanwhile"
    assert list(directory.glob("*.damaged")) == []


def test_delete_takes_the_damaged_forerunners_along(vault: Vault, directory: Path) -> None:
    put_damaged(vault, directory, STATE, "truncated")
    with pytest.raises(DamagedRecord):
        vault.get(STATE)
    vault.put(STATE, SECRET)
    vault.put(ENTRUSTED, SECRET)
    vault.delete(STATE)
    assert [path.name for path in directory.iterdir()] == [ENTRUSTED.file_name()]
    vault.delete(STATE)


@pytest.mark.parametrize("kind", ["fifo", "link", "loose"])
def test_what_stands_in_an_access_tokens_place_is_replaced(kind: str, tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault", bytes(range(32)), "key")
    token, state = (
        RecordName(kind=kind, profile="work", provider="entra", authority="https://login.example", client_id="app")
        for kind in ("access-token", "state")
    )
    for name in (token, state):
        path = tmp_path / "vault" / name.file_name()
        if kind == "fifo":
            os.mkfifo(path, 0o600)
        elif kind == "link":
            path.symlink_to(tmp_path / "elsewhere")
        else:
            path.write_bytes(b"x")
            path.chmod(0o644)
    assert vault.get(token) is None
    vault.put(token, b"new")
    assert vault.get(token) == b"new"
    with pytest.raises(StateError):
        vault.get(state)
