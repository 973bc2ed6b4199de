"""Tokens that `keyturn awx new-token` has made for somebody else: sealed under a name until they are forgotten.

The server tells a token's value in the answer to its creation only. What is about to be created is sealed, too, so
that the token of an interrupted run can be found by its description.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from keyturnd.vault.changing import Late, wholly
from keyturnd.vault.looking import seen
from keyturnd.vault.records import RecordName
from keyturnd.vault.vault import Unreadable, understood

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from keyturnd.vault.records import Kind
    from keyturnd.vault.vault import Vault

KIND: Kind = "made-token"
PENDING = "pending "
"""Begins the names of what is about to be created: no person's name for a token has a blank."""


class Made(msgspec.Struct, frozen=True, omit_defaults=True):
    """One token, or one that was asked for: then `row` is empty. Secret."""

    name: str
    url: str
    """The server's."""
    username: str
    description: str
    asked_at: float
    """UTC epoch seconds."""
    row: dict[str, Any] = {}
    """As the server told it, with the values of its tokens."""

    def __repr__(self) -> str:
        return f"Made({self.name!r})"


class MadeTokens:
    """All of them. Every method raises StateError when the vault cannot be read or written."""

    def __init__(self, vault: Callable[[], Awaitable[Vault]]) -> None:
        self._vault = vault
        self._none_pending = False

    async def keep(self, made: Made) -> None:
        """Keep it under its name, in place of whatever has that."""
        try:
            await wholly((await self._vault()).put, _record(made.name), msgspec.json.encode(made))
        except Late as late:
            late.change.add_done_callback(lambda _: self._expect(made))
            raise
        finally:
            self._expect(made)

    def _expect(self, made: Made) -> None:
        """At rest only now: whoever looked while it was written has not found it."""
        self._none_pending = self._none_pending and bool(made.row)

    async def find(self, name: str) -> Made | None:
        """The one of that name."""
        record = _record(name)
        payload = await seen((await self._vault()).get, record)
        return understood(record, payload, msgspec.json.Decoder(Made).decode)

    async def has(self, name: str) -> bool:
        """Whether something is kept under that name, be it readable or not."""
        return name in await self._names()

    async def forget(self, name: str) -> None:
        """Forget it here; the server keeps it."""
        await wholly((await self._vault()).delete, _record(name))

    async def pending(self) -> list[Made]:
        """Those that were asked for and have not come. Looked for once, and again after each that is asked for."""
        if self._none_pending:
            return []
        self._none_pending = True  # what is asked for meanwhile says otherwise
        try:
            names = [name for name in await self._names() if name.startswith(PENDING)]
            found, _ = await self._readable(names)
        except BaseException:  # whoever looks may be cancelled, too: by a logout
            self._none_pending = False
            raise
        self._none_pending = self._none_pending and not found
        return found

    async def all(self) -> list[Made]:
        """Every one, by name. Raises Unreadable where one cannot be read."""
        found = [await self.find(name) for name in await self._names()]
        return [made for made in found if made is not None]

    async def readable(self) -> tuple[list[Made], dict[str, Unreadable]]:
        """Those that can be read, by name; and why the others cannot, by theirs."""
        return await self._readable(await self._names())

    async def _readable(self, names: Iterable[str]) -> tuple[list[Made], dict[str, Unreadable]]:
        found, others = [], {}
        for name in names:
            try:
                found.append(await self.find(name))
            except Unreadable as error:
                others[name] = error
        return [made for made in found if made is not None], others

    async def _names(self) -> list[str]:
        vault = await self._vault()
        names = await seen(lambda: [name for name in vault.names() if name.kind == KIND])
        return sorted(name.client_id for name in names)


def _record(name: str) -> RecordName:
    return RecordName(kind=KIND, profile="", provider="awx", authority="", client_id=name)
