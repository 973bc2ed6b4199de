"""The two places a vault key can live in: a file of ours, and the OS keyring behind an acquisition process."""

from __future__ import annotations

import base64
import hashlib
import os
import socket
from typing import TYPE_CHECKING, Literal, Protocol

import msgspec

from keyturn import moves, shell
from keyturn.errors import StateError, VaultLocked
from keyturnd.messages.outcomes import KeyringResult
from keyturnd.vault.changing import wholly
from keyturnd.vault.records import KEY_SIZE

if TYPE_CHECKING:
    from pathlib import Path

    from keyturn.kinds_of_hints import Sentence
    from keyturnd.vault.durable import PrivateDirectory

KEY_FILE = "vault.key"
KEY_FILE_PREFIX = "KEYTURN-VAULT-KEY-1:"
"""Marks the file for people, and for scanners that look for leaked secrets."""

KeyringAnswer = KeyringResult


class KeyringUnavailable(StateError):
    """The OS keyring cannot be used now."""


class KeyringAbsent(KeyringUnavailable):
    """No trusted keyring answers in this session."""


class KeyringLocked(KeyringUnavailable, VaultLocked):
    """There is one, but it is locked, or nobody answered its prompt."""


class KeyringPort(Protocol):
    """The OS keyring, behind an acquisition process."""

    async def fetch(self, account: str, create: str | None) -> KeyringAnswer:
        """The key (base64) kept for `account`; if there is none and `create` is given, keep and return that.

        Raises KeyringAbsent or KeyringLocked.
        """
        ...


class KeyStore(Protocol):
    """A place for one vault key."""

    source: Literal["keyring", "file"]
    account: str
    """The keyring's name for the key; empty for a file."""

    async def read(self) -> bytes | None:
        """The key, None if there is none. Raises StateError."""
        ...

    async def create(self) -> bytes:
        """Make a key, keep it, read it back. If another was faster: that one's. Raises StateError."""
        ...


class FileStore:
    """`vault.key` in the state directory: 0600, one line."""

    source: Literal["keyring", "file"] = "file"
    account = ""

    def __init__(self, files: PrivateDirectory) -> None:
        self._files = files

    async def read(self) -> bytes | None:
        content = self._files.read(KEY_FILE)
        if content is None:
            return None
        key = decode_key(content.decode("ascii", "replace").removesuffix("\n"), KEY_FILE_PREFIX)
        if key is None:
            raise StateError(f"{self._files.path / KEY_FILE} does not hold a vault key", start_over(self._files.path))
        return key

    async def create(self) -> bytes:
        line = KEY_FILE_PREFIX + base64.b64encode(os.urandom(KEY_SIZE)).decode() + "\n"
        await wholly(self._files.create, KEY_FILE, line.encode())
        if (key := await self.read()) is None:
            raise StateError(f"{self._files.path / KEY_FILE} vanished as soon as it was written")
        return key


class KeyringStore:
    """An entry of the OS keyring."""

    source: Literal["keyring", "file"] = "keyring"

    def __init__(self, keyring: KeyringPort, account: str, state_directory: Path) -> None:
        self._keyring = keyring
        self._state_directory = state_directory
        self.account = account

    async def read(self) -> bytes | None:
        return self._decoded(await self._keyring.fetch(self.account, None))

    async def create(self) -> bytes:
        """Raises KeyringAbsent, too, when the keyring forgets at once what it was given: some only pretend."""
        kept = self._decoded(await self._keyring.fetch(self.account, base64.b64encode(os.urandom(KEY_SIZE)).decode()))
        if kept is None or await self.read() != kept:
            raise KeyringAbsent("the OS keyring does not keep what it is given")
        return kept

    def _decoded(self, answer: KeyringAnswer) -> bytes | None:
        if answer.key is None:
            return None
        if (key := decode_key(answer.key)) is None:
            sentence = f"the OS keyring's entry {self.account} does not hold a vault key"
            hint = moves.secrets.delete_entry(start_over(self._state_directory))
            raise StateError(sentence, hint)
        return key


def decode_key(text: str, prefix: str = "") -> bytes | None:
    """The key `text` stands for, None if it is not exactly one."""
    if not text.startswith(prefix):
        return None
    try:
        key = msgspec.convert(text[len(prefix) :], bytes)  # from base64, without what Python's own loads for it
    except msgspec.ValidationError:
        return None
    return key if len(key) == KEY_SIZE else None


def account_of(state_directory: Path) -> str:
    """The keyring account of a state directory: homes are shared between hosts, and one user may have several."""
    path = hashlib.sha256(os.path.realpath(state_directory).encode(errors="surrogateescape")).hexdigest()
    return f"vault@{socket.gethostname()}/{path[:16]}"


def start_over(state_directory: Path) -> Sentence:
    """The last way out: what the records held has to be signed in for, or entrusted, again."""
    return shell.start_over(*(str(state_directory / name) for name in ("vault", "key-source.json", KEY_FILE)))
