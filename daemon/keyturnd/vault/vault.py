"""Sealed records at rest: refresh tokens, access tokens and entrusted secrets, one file each (see records.py).

No content of a file can make the vault fail twice. A damaged record is set aside under another name, where a
person can look at it: a damaged access token then simply counts as absent (another one will be fetched), a
damaged state or secret is reported once, with the command that makes up for it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, TypeVar

import msgspec

from keyturn import hints
from keyturn.errors import StateError
from keyturnd.vault.durable import PrivateDirectory, no_step
from keyturnd.vault.records import (
    HEADER_LIMIT,
    KEY_SIZE,
    REPLACEABLE,
    SEALED_SUFFIX,
    Damaged,
    Kind,
    NewerForm,
    OtherKey,
    RecordName,
    read_header,
    seal,
    unseal,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from keyturn.kinds_of_hints import Command

Content = TypeVar("Content")
DAMAGED_SUFFIX = ".damaged"
PAYLOAD_LIMIT = 2 << 20
"""Bytes. A message of the acquisition channel holds at most half of it."""


class Unreadable(StateError):
    """A state or secret that is there and tells us nothing. A sign-in, or what is entrusted, takes its place."""


class DamagedRecord(Unreadable):
    """A state or secret on disk is not what was sealed. It was set aside; the next `get` finds none."""


class OtherVaultKey(Unreadable):
    """A state or secret is sealed with another key than the vault's. It is left as it is."""


class OtherVersion(Unreadable):
    """A state or secret is as another version of keyturn keeps it. It is left as it is."""


def vault_directory(state_directory: Path) -> Path:
    """Where the records of a state directory live."""
    return state_directory / "vault"


class Vault:
    """All records of one user. Thread-safe; every method does (small) file I/O, and `put` waits for the disk."""

    def __init__(self, directory: Path, key: bytes, key_id: str, *, step: Callable[[str], None] = no_step) -> None:
        """Create or open it; what a killed writer left half done is swept. Raises StateError.

        The caller holds the state lock. `step`: see PrivateDirectory.
        """
        if len(key) != KEY_SIZE:
            raise StateError("the vault's key has the wrong size")
        self._files = PrivateDirectory(directory, step=step)
        self._key = key
        self._key_id = key_id
        self._files.sweep()

    def __repr__(self) -> str:
        return f"Vault({str(self._files.path)!r}, key_id={self._key_id!r})"

    def get(self, name: RecordName) -> bytes | None:
        """The payload, None if there is no such record.

        Raises DamagedRecord (once, see above), OtherVaultKey, OtherVersion, and StateError for a file that cannot be
        read or that others can read: but not for what is REPLACEABLE, which counts as absent then.
        """
        file = name.file_name()
        while (content := self._read(name)) is not None:
            try:
                return unseal(name, content, key=self._key, key_id=self._key_id)
            except (OtherKey, NewerForm) as error:
                if name.kind in REPLACEABLE:
                    return None  # worth nothing to us, and the next `put` replaces it
                raise (
                    other_vault_key(name, error.key_id) if isinstance(error, OtherKey) else other_version(name)
                ) from None
            except Damaged:
                aside = f"{file}.{hashlib.sha256(content).hexdigest()[:8]}{DAMAGED_SUFFIX}"
            if self._files.rename_unchanged(file, content, aside):
                break
        else:
            return None
        if name.kind in REPLACEABLE:
            return None
        raise damaged_record(name)

    def _read(self, name: RecordName) -> bytes | None:
        try:
            return self._files.read(name.file_name())
        except StateError:
            if name.kind in REPLACEABLE:
                return None
            raise

    def put(self, name: RecordName, payload: bytes) -> None:
        """Seal and store it durably, in place of what was there. Raises StateError, and then nothing changed."""
        if len(payload) > PAYLOAD_LIMIT:
            raise StateError(f"the {name.kind} of profile {name.profile} is too large for the vault")
        content = seal(name, payload, key=self._key, key_id=self._key_id)
        self._files.replace(name.file_name(), content)

    def delete(self, name: RecordName) -> None:
        """Durably remove the record and its damaged forerunners. Raises StateError."""
        stem = name.file_name().removesuffix(SEALED_SUFFIX)
        self._files.delete(*(file for file in self._files.names() if file.startswith(stem)))

    def delete_profile(self, profile: str, kinds: Collection[Kind] | None = None) -> int:
        """Remove all records of a profile (of these kinds), damaged ones too; how many. Raises StateError.

        Those that belong to none have no profile's name, and stay.
        """
        doomed = [
            file
            for file, name in self._headers(SEALED_SUFFIX, DAMAGED_SUFFIX)
            if profile and name.profile == profile and (kinds is None or name.kind in kinds)
        ]
        self._files.delete(*doomed)
        return len(doomed)

    def names(self) -> Iterator[RecordName]:
        """The names of all records, read from their clear headers: nothing is proven."""
        return _names(self._files)

    def _headers(self, *suffixes: str) -> Iterator[tuple[str, RecordName]]:
        return _headers(self._files, *suffixes)


def damaged_record(name: RecordName) -> DamagedRecord:
    """For a record that cannot be fetched again, so that somebody has to know."""
    sentence = f"{_spoken(name)} was damaged on disk and has been set aside"
    gone = hints.usage("keyturn awx new-token") if name.kind == "made-token" else None  # there is none to forget
    return DamagedRecord(sentence, gone or renewal_command(name))


def other_vault_key(name: RecordName, key_id: str) -> OtherVaultKey:
    """For a record of a vault that had another key, `key_id` by its public name: a restored backup, mostly."""
    sentence = f"{_spoken(name)} is sealed with another key ({key_id})"
    return OtherVaultKey(sentence, renewal_command(name))


def other_version(name: RecordName) -> OtherVersion:
    """For what is sealed well, and says what this version cannot make out: after a downgrade, mostly."""
    return OtherVersion(f"{_spoken(name)} was kept by another version of keyturn", renewal_command(name))


def _spoken(name: RecordName) -> str:
    """What is kept under `name`, in a sentence."""
    if name.kind == "made-token":
        return f"the value of the token {name.client_id}"
    return f"the {name.kind} of profile {name.profile}"


def understood(name: RecordName, payload: bytes | None, decode: Callable[[bytes], Content]) -> Content | None:
    """What `decode` makes of a record's payload, None where there is none.

    Raises OtherVersion where it makes out nothing: but not for what is REPLACEABLE, which counts as absent then.
    """
    try:
        return None if payload is None else decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError):
        if name.kind in REPLACEABLE:
            return None
        raise other_version(name) from None


def renewal_command(name: RecordName) -> Command:
    """How the user makes up for a record that cannot be read."""
    if name.kind == "made-token":  # nobody tells its value again: another is made
        return hints.forget_awx_token(name.client_id)
    return hints.entrust(name.profile) if name.kind == "secret" else hints.login(name.profile)


def names_in(directory: Path) -> list[RecordName]:
    """The names of all records in a vault that nobody has opened: no key is needed, and nothing is proven."""
    return list(_names(PrivateDirectory(directory))) if directory.is_dir() else []


def _names(files: PrivateDirectory) -> Iterator[RecordName]:
    return (name for file, name in _headers(files, SEALED_SUFFIX) if file == name.file_name())


def _headers(files: PrivateDirectory, *suffixes: str) -> Iterator[tuple[str, RecordName]]:
    for file in files.names():
        if file.endswith(suffixes) and (header := read_header(files.peek(file, HEADER_LIMIT))) is not None:
            yield file, header.name
