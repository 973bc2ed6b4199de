"""What is kept for hosts without a target: in memory, and with `durable` in the vault as well."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from keyturnd.store.credential import Place, accepted
from keyturnd.store.sealed import KIND, Kept, decoded, encoded, name_of, place_of
from keyturnd.vault.changing import wholly
from keyturnd.vault.looking import seen
from keyturnd.vault.vault import understood

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from keyturn.protocols.git import GitRequest
    from keyturnd.clock import Clock
    from keyturnd.store.credential import Credential
    from keyturnd.vault.vault import Vault


class Entry(msgspec.Struct, frozen=True):
    """A credential in memory. `until` is boot time, None for as long as there is memory."""

    credential: Credential
    durable: bool
    until: float | None

    def is_over(self, boottime: float, wall: float) -> bool:
        """Whether it is not to be used any more."""
        return self.credential.spent(wall) or (self.until is not None and self.until <= boottime)


class Store:
    """Every credential that was approved, by place, the latest first."""

    def __init__(self, open_vault: Callable[[], Awaitable[Vault]], clock: Clock) -> None:
        self._open_vault = open_vault
        self._clock = clock
        self._entries: dict[Place, list[Entry]] = {}
        self._read = False
        self._changing = asyncio.Lock()

    def find(self, request: GitRequest) -> Credential | None:
        """What memory has for `request`; after `read`, that is all there is."""
        found = self._living(Place(request.protocol, request.host))
        return next((entry.credential for entry in found if entry.credential.answers(request)), None)

    @property
    def has_read(self) -> bool:
        """Whether memory holds what the vault does."""
        return self._read

    async def read(self) -> None:
        """Learn what the vault has kept, once. Raises StateError."""
        async with self._changing:
            if not self._read:
                vault = await self._open_vault()
                for kept in await seen(_read_all, vault, self._clock.wall()):
                    entry = Entry(kept.credential, durable=True, until=self._until(kept.forgotten_at))
                    self._entries.setdefault(kept.credential.place, []).append(entry)
                self._read = True

    async def keep(self, request: GitRequest, *, durable: bool, timeout: float | None) -> None:
        """Keep what `request` approves in place of what there was for the same user, for `timeout` seconds.

        Raises StateError where it is durable and the vault cannot be written.
        """
        credential = accepted(request, self._clock.wall())
        if credential is None:
            return
        if durable:
            await self.read()
        until = None if timeout is None else self._clock.boottime() + timeout
        place = credential.place
        for other in list(self._entries):
            self._living(other)  # or what has timed out would stay in memory until somebody asks for it
        others = [entry for entry in self._living(place) if not entry.credential.meant_by(request)]
        await self._change(place, [Entry(credential, durable, until), *others])

    async def erase(self, request: GitRequest) -> int:
        """Forget what `request` means, but no other password of the same user; how many. Raises StateError."""
        place = Place(request.protocol, request.host)
        entries = self._living(place)
        left = [entry for entry in entries if not entry.credential.refused_by(request)]
        if len(left) < len(entries):
            await self._change(place, left)
        return len(entries) - len(left)

    def listing(self) -> Iterator[tuple[Credential, bool]]:
        """Everything in memory, and whether it is durable."""
        for place in list(self._entries):
            for entry in self._living(place):
                yield entry.credential, entry.durable

    async def _change(self, place: Place, entries: list[Entry]) -> None:
        before, self._entries[place] = self._entries.get(place, []), entries
        if not entries:
            del self._entries[place]
        if not any(entry.durable for entry in (*before, *entries)):
            return
        async with self._changing:  # what is written is what memory has by now, whichever thread comes last
            vault = await self._open_vault()
            kept = [entry for entry in self._entries.get(place, []) if entry.durable]
            await wholly(_write, vault, place, [Kept(one.credential, self._end_of(one)) for one in kept])

    def _living(self, place: Place) -> list[Entry]:
        """The entries of `place` that are still to be used; the others leave memory."""
        entries, now, wall = self._entries.get(place), self._clock.boottime(), self._clock.wall()
        if not entries:
            return []
        living = [entry for entry in entries if not entry.is_over(now, wall)]
        if not living:
            del self._entries[place]
        elif len(living) < len(entries):
            self._entries[place] = living
        return living

    def _until(self, forgotten_at: float | None) -> float | None:
        return None if forgotten_at is None else self._clock.boottime() + forgotten_at - self._clock.wall()

    def _end_of(self, entry: Entry) -> float | None:
        return None if entry.until is None else self._clock.wall() + entry.until - self._clock.boottime()


def _read_all(vault: Vault, wall: float) -> list[Kept]:
    """What is still to be used; records of which nothing is are removed, those that tell nothing are left."""
    living = []
    for name in [name for name in vault.names() if name.kind == KIND]:
        found = understood(name, vault.get(name), partial(decoded, place_of(name)))
        kept = [one for one in found or () if not one.is_over(wall)]
        living += kept
        if found is not None and not kept:
            vault.delete(name)
    return living


def _write(vault: Vault, place: Place, kept: list[Kept]) -> None:
    if kept:
        vault.put(name_of(place), encoded(kept))
    else:
        vault.delete(name_of(place))
