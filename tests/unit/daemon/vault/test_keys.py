"""Where the vault's key comes from: every source and recorded choice, against a keyring with behaviour."""

from __future__ import annotations

import base64
import stat
from typing import TYPE_CHECKING

import pytest

from keyturn.errors import ConfigError
from keyturnd.vault.durable import PrivateDirectory
from keyturnd.vault.keys import KeyringAbsent, KeyringAnswer, KeyringLocked, KeyringUnavailable
from keyturnd.vault.keystores import account_of
from keyturnd.vault.records import key_id_of
from support.daemon.key_home import FakeKeyring, Home

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("source", ["auto", "keyring"])
def test_a_keyring_that_answers_gets_the_key(home: Home, source: str) -> None:
    key = home.open(source)
    assert (key.source, len(key.key), key.key_id) == ("keyring", 32, key_id_of(key.key))
    assert home.keyring.entries == {account_of(home.state): base64.b64encode(key.key).decode()}
    assert home.choice() == {"source": "keyring", "key_id": key.key_id, "account": account_of(home.state)}
    assert not (home.state / "vault.key").exists()
    assert home.open(source) == home.open("auto") == key
    assert home.warnings == []


def test_a_known_key_costs_one_question_to_the_keyring(home: Home) -> None:
    """Each is a process of its own, and maybe a prompt (aws-vault #188)."""
    home.open()
    home.keyring.asked.clear()
    home.open()
    assert home.keyring.asked == ["read"]


@pytest.mark.parametrize("trouble", [KeyringAbsent, KeyringLocked])
def test_auto_settles_for_a_file_and_says_so_once(home: Home, trouble: type[KeyringUnavailable]) -> None:
    home.keyring.trouble = trouble
    key = home.open()
    assert key.source == "file"
    why = "the OS keyring cannot be used (no keyring answers)"
    where = f"{home.state}/vault.key: no protection against someone who can read your files"
    assert home.warnings == [f"{why}, so the key of the vault is kept in {where}"]
    assert home.open() == key
    assert len(home.warnings) == 1


def test_a_keyring_that_only_pretends_to_keep_a_key_counts_as_absent(home: Home) -> None:
    home.keyring.forgetful = True
    assert home.open("auto").source == "file"
    assert len(home.warnings) == 1


def test_an_explicit_keyring_does_not_settle_for_a_file(home: Home) -> None:
    home.keyring.trouble = KeyringLocked
    with pytest.raises(KeyringLocked):
        home.open("keyring")
    home.keyring.trouble, home.keyring.forgetful = None, True
    with pytest.raises(KeyringAbsent):
        home.open("keyring")
    assert list(home.state.iterdir()) == []


def test_an_explicit_file_asks_no_keyring_and_needs_no_warning(home: Home) -> None:
    key = home.open("file")
    assert key.source == "file"
    assert home.keyring.asked == []
    assert home.warnings == []
    assert home.choice() == {"source": "file", "key_id": key.key_id, "account": ""}


def test_the_key_file(home: Home) -> None:
    key = home.open("file")
    path = home.state / "vault.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == f"KEYTURN-VAULT-KEY-1:{base64.b64encode(key.key).decode()}\n"
    assert (home.open("file"), home.open("auto")) == (key, key)


@pytest.mark.parametrize("source", ["auto", "keyring"])
@pytest.mark.parametrize("trouble", [KeyringAbsent, KeyringLocked])
def test_a_recorded_keyring_never_flips_to_a_file(home: Home, source: str, trouble: type[KeyringUnavailable]) -> None:
    key = home.open()
    home.keyring.trouble = trouble
    with pytest.raises(trouble):
        home.open(source)
    assert not (home.state / "vault.key").exists()
    assert home.warnings == []
    home.keyring.trouble = None
    assert home.open(source) == key


def test_a_recorded_file_never_flips_to_a_keyring(home: Home) -> None:
    home.keyring.trouble = KeyringAbsent
    key = home.open()
    home.keyring.trouble = None
    home.keyring.asked.clear()
    assert home.open() == key
    assert home.keyring.asked == []


@pytest.mark.parametrize(
    ("recorded", "configured", "place"),
    [("keyring", "file", "OS keyring"), ("file", "keyring", "file vault.key")],
)
def test_a_configuration_that_contradicts_the_record_is_refused(
    home: Home, recorded: str, configured: str, place: str
) -> None:
    key = home.open(recorded)
    error = home.refusal(configured)
    assert error.sentence == f'config.toml says key = "{configured}", but the key of {home.state} is in the {place}'
    assert error.hint == f'set key = "{recorded}" in [daemon]'
    assert home.open(recorded) == key


@pytest.mark.parametrize("source", ["passphrase", "memory", ""])
def test_other_sources_are_a_mistake_in_the_configuration(home: Home, source: str) -> None:
    with pytest.raises(ConfigError) as raised:
        home.open(source)
    assert raised.value.sentence == f'no such source of the vault\'s key: "{source}"'
    assert raised.value.hint == "known here: auto, keyring, file"


def test_the_recorded_account_is_used_even_if_the_host_has_another_name(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = home.open("keyring")
    monkeypatch.setattr("socket.gethostname", lambda: "renamed")
    assert home.open() == key


def test_accounts_tell_hosts_and_state_directories_apart(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two state directories with one keyring must not share a key, or starting one over would end the other."""
    here = account_of(home.state)
    assert here != account_of(tmp_path / "other")
    (tmp_path / "link").symlink_to(tmp_path)
    assert here == account_of(tmp_path / "link" / "state")
    monkeypatch.setattr("socket.gethostname", lambda: "elsewhere")
    assert here != account_of(home.state)


def test_of_two_that_choose_at_once_the_second_follows_the_first(home: Home) -> None:
    """The state lock forbids it; were it ever broken, two keys would be worse than anything."""
    first = home.open("file")
    made = {path.name: path.read_bytes() for path in home.state.iterdir()}
    for name in made:
        (home.state / name).unlink()

    class Overtaken(FakeKeyring):
        async def fetch(self, account: str, create: str | None) -> KeyringAnswer:
            for name, content in made.items():
                PrivateDirectory(home.state).create(name, content)
            return await super().fetch(account, create)

    home.keyring = Overtaken()
    assert home.open() == first


def test_a_key_file_made_by_another_first_is_the_one_that_counts(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    create = PrivateDirectory.create
    others = f"KEYTURN-VAULT-KEY-1:{base64.b64encode(bytes(32)).decode()}\n".encode()

    def overtaken(files: PrivateDirectory, name: str, content: bytes) -> bool:
        if name == "vault.key":
            create(files, name, others)
        return create(files, name, content)

    monkeypatch.setattr(PrivateDirectory, "create", overtaken)
    assert home.open("file").key == bytes(32)


def test_reprs_hide_the_key(home: Home) -> None:
    key = home.open("file")
    assert repr(key) == f"VaultKey(key_id='{key.key_id}', source='file')"
    assert str(key) == repr(key)
