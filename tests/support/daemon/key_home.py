"""A state directory whose vault key comes from a keyring with behaviour."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from keyturn.errors import StateError
from keyturnd.vault.keys import KeyringAnswer, KeyringUnavailable, VaultKey, open_key
from keyturnd.vault.records import RecordName
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
