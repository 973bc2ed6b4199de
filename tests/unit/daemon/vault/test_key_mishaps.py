"""The vault's key after mishaps: gone, damaged, readable by others, or left by a crash."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from keyturnd.vault.keys import KeyringAbsent, KeyringLocked
from keyturnd.vault.keystores import account_of

if TYPE_CHECKING:
    from pathlib import Path

    from support.daemon.key_home import Home


@pytest.mark.parametrize("source", ["keyring", "file"])
def test_a_key_that_is_gone_is_not_replaced_while_records_need_it(home: Home, source: str) -> None:
    home.seal_something(home.open(source))
    home.keyring.entries.clear()
    (home.state / "vault.key").unlink(missing_ok=True)
    error = home.refusal()
    place = {"keyring": "OS keyring", "file": "file vault.key"}[source]
    assert error.sentence == f"the key of the records in {home.state} is gone from the {place}"
    assert error.hint == home.start_over()
    assert home.keyring.entries == {}
    assert not (home.state / "vault.key").exists()


@pytest.mark.parametrize("source", ["keyring", "file"])
def test_a_key_that_is_gone_before_anything_was_sealed_is_made_anew(home: Home, source: str) -> None:
    first = home.open(source)
    home.keyring.entries.clear()
    (home.state / "vault.key").unlink(missing_ok=True)
    second = home.open()
    assert second.source == source
    assert second.key != first.key
    assert home.choice()["key_id"] == second.key_id
    assert home.open() == second


@pytest.mark.parametrize("source", ["keyring", "file"])
def test_another_key_in_the_right_place_is_refused_while_records_need_the_old_one(home: Home, source: str) -> None:
    home.seal_something(home.open(source))
    other = base64.b64encode(bytes(32)).decode()
    home.keyring.entries = dict.fromkeys(home.keyring.entries, other)
    if source == "file":
        (home.state / "vault.key").write_text(f"KEYTURN-VAULT-KEY-1:{other}\n")
    error = home.refusal()
    assert error.sentence.endswith(f"is not the one that the records in {home.state} are sealed with")
    assert error.hint == home.start_over()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"KEYTURN-VAULT-KEY-1:\n",
        b"KEYTURN-VAULT-KEY-1:" + base64.b64encode(bytes(31)) + b"\n",
        b"KEYTURN-VAULT-KEY-1:" + base64.b64encode(bytes(33)) + b"\n",
        b"KEYTURN-VAULT-KEY-1:" + base64.b64encode(bytes(32)) + b"\n\n",
        b"KEYTURN-VAULT-KEY-1: " + base64.b64encode(bytes(32)) + b"\n",
        b"KEYTURN-VAULT-KEY-2:" + base64.b64encode(bytes(32)) + b"\n",
        base64.b64encode(bytes(32)) + b"\n",
        bytes(range(200, 232)),
    ],
)
def test_a_key_file_that_holds_anything_else_is_refused(home: Home, content: bytes) -> None:
    home.open("file")
    path = home.state / "vault.key"
    path.write_bytes(content)
    error = home.refusal()
    assert error.sentence == f"{path} does not hold a vault key"
    assert path.read_bytes() == content


@pytest.mark.parametrize("recorded", [True, False])
def test_a_key_file_that_others_can_read_is_refused(home: Home, *, recorded: bool) -> None:
    home.open("file")
    path = home.state / "vault.key"
    path.chmod(0o640)
    if not recorded:
        (home.state / "key-source.json").unlink()
    error = home.refusal()
    assert error.sentence == f"{path} is not a private file of yours: mode is 0640"
    assert error.hint == f"chmod 600 {path}"


def test_a_linked_key_file_is_refused(home: Home, tmp_path: Path) -> None:
    home.open("file")
    path = home.state / "vault.key"
    path.rename(tmp_path / "moved")
    path.symlink_to(tmp_path / "moved")
    assert home.refusal().sentence == f"{path} is a symbolic link"


@pytest.mark.parametrize("entry", ["", "not base64!", base64.b64encode(bytes(16)).decode(), "ключ"])
@pytest.mark.parametrize("source", ["auto", "keyring"])
def test_a_keyring_entry_that_is_no_key_is_refused(home: Home, source: str, entry: str) -> None:
    home.keyring.entries[account_of(home.state)] = entry
    error = home.refusal(source)
    assert error.sentence == f"the OS keyring's entry {account_of(home.state)} does not hold a vault key"
    assert error.hint == f"delete that entry in the keyring's own program; {home.start_over()}"
    assert home.keyring.entries[account_of(home.state)] == entry


def test_after_a_crash_between_key_file_and_record_the_file_is_kept_to(home: Home) -> None:
    home.keyring.trouble = KeyringAbsent
    key = home.open()
    (home.state / "key-source.json").unlink()
    home.keyring.trouble = None
    assert home.open() == key
    assert home.choice()["source"] == "file"
    assert home.keyring.entries == {}


def test_after_a_crash_between_keyring_and_record_the_entry_is_kept_to(home: Home) -> None:
    key = home.open()
    (home.state / "key-source.json").unlink()
    assert home.open() == key
    assert len(home.keyring.entries) == 1


def test_a_lost_record_does_not_lead_to_a_new_key(home: Home) -> None:
    """The key may well be in the keyring that does not answer just now."""
    home.seal_something(home.open("keyring"))
    (home.state / "key-source.json").unlink()
    home.keyring.trouble = KeyringLocked
    with pytest.raises(KeyringLocked):
        home.open()
    assert "is gone from the file" in home.refusal("file").sentence
    assert not (home.state / "vault.key").exists()
    assert not (home.state / "key-source.json").exists()


@pytest.mark.parametrize("content", [b"", b"{", b'{"source":"moon","key_id":"1"}', b'{"source":"\xff"}', b"[]"])
def test_an_unreadable_record_is_refused_and_can_be_removed(home: Home, content: bytes) -> None:
    key = home.open()
    path = home.state / "key-source.json"
    path.write_bytes(content)
    error = home.refusal()
    assert error.sentence == f"{path} does not say where the vault's key is"
    assert error.hint == f"rm {path}"
    path.unlink()
    assert home.open() == key


def test_a_state_directory_that_others_can_enter_is_refused(home: Home) -> None:
    home.open("file")
    home.state.chmod(0o755)
    assert home.refusal().hint == f"chmod 700 {home.state}"
