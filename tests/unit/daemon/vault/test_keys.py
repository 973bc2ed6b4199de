"""Where the vault's key comes from: every source, recorded choice and mishap, against a keyring with behaviour."""

from __future__ import annotations

import asyncio
import base64
import json
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from keyturn.errors import ConfigError, StateError
from keyturnd.vault.durable import PrivateDirectory
from keyturnd.vault.keys import KeyringAbsent, KeyringAnswer, KeyringLocked, KeyringUnavailable, VaultKey, open_key
from keyturnd.vault.keystores import account_of
from keyturnd.vault.records import RecordName, key_id_of
from keyturnd.vault.vault import Vault, vault_directory

if TYPE_CHECKING:
    from pathlib import Path

STATE = RecordName(
    kind="state", profile="work", provider="entra", authority="https://login.example/o", client_id="app"
)


@dataclass
class FakeKeyring:
    """A keyring's behaviour: it keeps entries, unless it is absent, locked, or only pretends to keep them."""

    entries: dict[str, str] = field(default_factory=dict)
    trouble: type[KeyringUnavailable] | None = None
    forgetful: bool = False
    asked: list[str] = field(default_factory=list)

    async def fetch(self, account: str, create: str | None) -> KeyringAnswer:
        self.asked.append("read" if create is None else "create")
        if self.trouble is not None:
            raise self.trouble("no keyring answers")
        if create is None:
            return KeyringAnswer(key=self.entries.get(account), backend="fake")
        if self.forgetful:
            return KeyringAnswer(key=create, backend="fake")
        return KeyringAnswer(key=self.entries.setdefault(account, create), backend="fake")


class Home:
    """A state directory, a keyring, and the warnings given."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.keyring = FakeKeyring()
        self.warnings: list[str] = []

    def open(self, source: str = "auto") -> VaultKey:
        return asyncio.run(open_key(self.state, source, self.keyring, self.warnings.append))

    def refusal(self, source: str = "auto") -> StateError:
        with pytest.raises(StateError) as raised:
            self.open(source)
        assert raised.value.hint
        return raised.value

    def seal_something(self, key: VaultKey) -> None:
        Vault(vault_directory(self.state), key.key, key.key_id).put(STATE, b"secret")

    def choice(self) -> dict[str, str]:
        found: dict[str, str] = json.loads((self.state / "key-source.json").read_bytes())
        return found

    def start_over(self) -> str:
        doomed = f"{self.state}/vault {self.state}/key-source.json {self.state}/vault.key"
        return f"to start over and sign in again: rm -rf {doomed}"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "state")


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


def test_a_state_directory_that_others_can_enter_is_refused(home: Home) -> None:
    home.open("file")
    home.state.chmod(0o755)
    assert home.refusal().hint == f"chmod 700 {home.state}"
