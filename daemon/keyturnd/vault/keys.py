"""Where the vault's key comes from: the OS keyring or a file, chosen once and recorded.

The choice stands in `key-source.json` in the state directory and never flips by itself: a keyring that is locked
today must not lead to a second key in a file, which would orphan every record sealed with the first. Nor is a key
ever made while sealed records exist.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from keyturn import moves, shell
from keyturn.errors import ConfigError, StateError
from keyturnd.vault.changing import wholly
from keyturnd.vault.durable import PrivateDirectory
from keyturnd.vault.keystores import (
    KEY_FILE,
    FileStore,
    KeyringAbsent,
    KeyringAnswer,
    KeyringLocked,
    KeyringPort,
    KeyringStore,
    KeyringUnavailable,
    KeyStore,
    account_of,
    start_over,
)
from keyturnd.vault.records import SEALED_SUFFIX, key_id_of
from keyturnd.vault.vault import vault_directory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CHOICE_FILE = "key-source.json"
SOURCES = ("auto", "keyring", "file")

__all__ = [
    "KeyringAbsent",
    "KeyringAnswer",
    "KeyringLocked",
    "KeyringPort",
    "KeyringUnavailable",
    "VaultKey",
    "open_key",
]


class VaultKey(msgspec.Struct, frozen=True):
    """The key and where it lives."""

    key: bytes
    key_id: str
    source: str
    """keyring or file."""

    def __repr__(self) -> str:
        return f"VaultKey(key_id={self.key_id!r}, source={self.source!r})"


class Choice(msgspec.Struct, frozen=True):
    """The content of `key-source.json`."""

    source: Literal["keyring", "file"]
    key_id: str
    account: str = ""
    """The keyring's account name; empty for a file."""


async def open_key(state_directory: Path, source: str, keyring: KeyringPort, warn: Callable[[str], None]) -> VaultKey:
    """The vault's key, made on first use. For the holder of the state lock.

    `source`: auto, keyring or file, as configured. `warn` gets one sentence when auto had to settle for a file.
    Raises StateError (among them KeyringAbsent and KeyringLocked) with a hint; ConfigError for another source.
    """
    if source not in SOURCES:
        raise ConfigError(f'no such source of the vault\'s key: "{source}"', moves.configuration.known(SOURCES))
    files = PrivateDirectory(state_directory)
    choice = read_choice(files)
    if choice is None:
        key, chosen = await first_key(files, source, keyring, warn)
        if not await wholly(files.create, CHOICE_FILE, encode_choice(chosen)):
            return await open_key(state_directory, source, keyring, warn)  # somebody else chose meanwhile
    else:
        key, chosen = await recorded_key(files, source, choice, keyring)
        if chosen != choice:
            await wholly(files.replace, CHOICE_FILE, encode_choice(chosen))
    return VaultKey(key=key, key_id=chosen.key_id, source=chosen.source)


async def first_key(
    files: PrivateDirectory, source: str, keyring: KeyringPort, warn: Callable[[str], None]
) -> tuple[bytes, Choice]:
    """The key when nothing is recorded. A key file without a record is what a crash in here left: it is kept to."""
    file_store = FileStore(files)
    if source == "file" or (source == "auto" and await file_store.read() is not None):
        return await existing_or_new(files, file_store)
    try:
        return await existing_or_new(files, KeyringStore(keyring, account_of(files.path), files.path))
    except KeyringUnavailable as error:
        if source == "keyring" or holds_records(files):
            raise
        key, choice = await existing_or_new(files, file_store)
        warn(
            f"the OS keyring cannot be used ({error.sentence}), so the key of the vault is kept in "
            f"{files.path / KEY_FILE}: no protection against someone who can read your files"
        )
        return key, choice


async def recorded_key(
    files: PrivateDirectory, source: str, choice: Choice, keyring: KeyringPort
) -> tuple[bytes, Choice]:
    """The key from where it was recorded to be, and from nowhere else."""
    if source not in {"auto", choice.source}:
        raise contradiction(files, source, choice)
    store: KeyStore = FileStore(files)
    if choice.source == "keyring":
        store = KeyringStore(keyring, choice.account, files.path)
    key, found = await existing_or_new(files, store)
    if found.key_id != choice.key_id and holds_records(files):
        sentence = f"the key in the {place(choice)} is not the one that the records in {files.path} are sealed with"
        raise StateError(sentence, start_over(files.path))
    return key, found


async def existing_or_new(files: PrivateDirectory, store: KeyStore) -> tuple[bytes, Choice]:
    """The key of a store, made if there is none and nothing is sealed yet: records must never be orphaned."""
    key = await store.read()
    if key is None:
        if holds_records(files):
            sentence = f"the key of the records in {files.path} is gone from the {place(store)}"
            raise StateError(sentence, start_over(files.path))
        key = await store.create()
    return key, Choice(source=store.source, key_id=key_id_of(key), account=store.account)


def holds_records(files: PrivateDirectory) -> bool:
    """Whether anything is sealed in this state directory."""
    records = vault_directory(files.path)
    return records.is_dir() and any(name.endswith(SEALED_SUFFIX) for name in PrivateDirectory(records).names())


def read_choice(files: PrivateDirectory) -> Choice | None:
    """What was recorded. Raises StateError for a record that cannot be read."""
    content = files.read(CHOICE_FILE)
    if content is None:
        return None
    try:
        return msgspec.json.decode(content, type=Choice)
    except (msgspec.DecodeError, UnicodeDecodeError):
        path = files.path / CHOICE_FILE
        hint = shell.remove(str(path))  # a key that is still there is found again without it
        raise StateError(f"{path} does not say where the vault's key is", hint) from None


def encode_choice(choice: Choice) -> bytes:
    """The content of `key-source.json`."""
    return msgspec.json.encode(choice) + b"\n"


def contradiction(files: PrivateDirectory, source: str, choice: Choice) -> StateError:
    """The configuration asks for another source than the one in use."""
    sentence = f'config.toml says key = "{source}", but the key of {files.path} is in the {place(choice)}'
    return StateError(sentence, moves.secrets.key_as_before(choice.source))


def place(where: Choice | KeyStore) -> str:
    """The source in words."""
    return "OS keyring" if where.source == "keyring" else f"file {KEY_FILE}"
