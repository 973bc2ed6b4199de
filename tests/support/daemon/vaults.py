"""A vault in a directory of its own, and records for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from keyturnd.vault.records import RecordName, key_id_of, seal
from keyturnd.vault.vault import Vault, vault_directory

if TYPE_CHECKING:
    from pathlib import Path


KEY = bytes(range(32))
SECRET = b"planted-refresh-token"
STATE = RecordName(
    kind="state", profile="work", provider="entra", authority="https://login.example/organizations", client_id="app"
)
ACCESS_TOKEN = msgspec.structs.replace(STATE, kind="access-token", scopes=("devops/.default",))
ENTRUSTED = msgspec.structs.replace(STATE, kind="secret")


def opened(directory: Path, key: bytes = KEY) -> Vault:
    return Vault(directory, key, key_id_of(key))


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return vault_directory(tmp_path)


@pytest.fixture
def vault(directory: Path) -> Vault:
    return opened(directory)


def put_damaged(vault: Vault, directory: Path, name: RecordName, damage: str) -> Path:
    path = directory / name.file_name()
    vault.put(name, SECRET)
    content = path.read_bytes()
    other = seal(ENTRUSTED if name is not ENTRUSTED else STATE, SECRET, key=KEY, key_id=key_id_of(KEY))
    path.write_bytes(
        {
            "truncated": content[:-1],
            "flipped": content[:-1] + bytes([content[-1] ^ 1]),
            "empty": b"",
            "foreign": b"\xff\xfe{}\n",
            "swapped": other,
        }[damage]
    )
    return path
