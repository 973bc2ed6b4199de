"""`keyturn awx new-token`, after the PowerShell cmdlet New-Token: a token for somebody else, kept under a name."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from keyturn import hints
from keyturn.errors import InternalError, KeyturnError, ProviderRefused, ProviderUnreachable, UsageError, one_line
from keyturnd.vault.made import PENDING, Made

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyturn.configuration.profiles.profile import AwxProfile
    from keyturnd.clock import Clock
    from keyturnd.fetching.remote import Remote
    from keyturnd.vault.made import MadeTokens

PATIENCE = 900.0
"""Seconds after a request in which the server may still carry it out."""
HOST_LIMIT = 64


class Maker:
    """Makes tokens so that a kill at any moment loses none for good."""

    def __init__(self, remote: Remote, made: MadeTokens, clock: Clock) -> None:
        self._remote = remote
        self._made = made
        self._clock = clock
        self._under_way: set[str | None] = set()
        self._refused: set[str] = set()
        """What the server let nobody look for: with the same password it would lock the account in the end."""

    async def make(self, profile: AwxProfile, secret: str | None, scope: str, name: str | None) -> dict[str, Any]:
        """Create, seal, and only then tell. Raises what keyturnd.fetching.remote does, and UsageError for a name."""
        await self._check_name(name)
        with self._claimed(name):
            self._refused.clear()  # whoever asks may have entrusted another password since
            await self.settle(profile, secret)
            pending = self._pending(profile)
            with self._claimed(pending.name):
                row = await self._created(profile, secret, scope, pending)
                return {**row, **facts(await self._kept(name, pending, row))}

    @contextmanager
    def _claimed(self, name: str | None) -> Iterator[None]:
        """Inside, nobody makes another of that name, nor takes this one for the remains of an interrupted run."""
        self._under_way.add(name)
        try:
            yield
        finally:
            self._under_way.discard(name)

    async def _kept(self, name: str | None, pending: Made, row: dict[str, Any]) -> Made:
        name = name or await self._free_name(f"awx-{row['id']}")
        with self._claimed(name):
            kept = Made(name, pending.url, pending.username, pending.description, pending.asked_at, row)
            await self._made.keep(kept)
        await self._made.forget(pending.name)
        return kept

    async def _created(self, profile: AwxProfile, secret: str | None, scope: str, pending: Made) -> dict[str, Any]:
        await self._made.keep(pending)
        try:
            return await self._remote.create(profile, secret, pending.description, scope)
        except KeyturnError as error:
            if not isinstance(error, ProviderUnreachable | InternalError):
                await self._made.forget(pending.name)  # the server's no: nothing was created
            raise

    async def settle(self, profile: AwxProfile, secret: str | None = None) -> None:
        """Delete what interrupted runs of this user may have left at this server, but for what is under way."""
        for found in await self._made.pending():
            ours = (found.url, found.username) == (profile.url, profile.username)
            if not ours or found.name in self._under_way | self._refused:
                continue
            kept = await self._is_kept(found)
            if not kept:
                await self._drop(profile, secret, found)
            if kept or self._clock.wall() - found.asked_at > PATIENCE:
                await self._made.forget(found.name)

    async def _is_kept(self, pending: Made) -> bool:
        """Whether the run got as far as that, and was killed before it could say so."""
        found, _ = await self._made.readable()
        return any(made.row and made.description == pending.description for made in found)

    async def _drop(self, profile: AwxProfile, secret: str | None, found: Made) -> None:
        try:
            await self._remote.drop(profile, secret, found.description)
        except ProviderRefused:
            self._refused.add(found.name)
            raise

    async def _check_name(self, name: str | None) -> None:
        if name is None:
            return
        if not name or not name.isprintable() or " " in name or len(name) > HOST_LIMIT:
            raise UsageError("a token's name is one word", hints.usage("keyturn awx new-token"))
        if await self._is_taken(name):
            raise UsageError("another token is kept under that name", hints.kept_awx_tokens())

    async def _free_name(self, wanted: str) -> str:
        """`wanted`, or with a number behind it: each server counts its tokens by itself."""
        name, number = wanted, 1
        while await self._is_taken(name):
            number += 1
            name = f"{wanted}-{number}"
        return name

    async def _is_taken(self, name: str) -> bool:
        """Also by what cannot be read: by now the server has created the token."""
        return await self._made.has(name) or name in self._under_way  # who was under way meanwhile is seen

    def _pending(self, profile: AwxProfile) -> Made:
        nonce = secrets.token_hex(9)
        host = one_line(os.uname().nodename)[:HOST_LIMIT]
        description = f"{one_line(profile.description or '')} keyturn new-token@{host} {nonce}".lstrip()
        return Made(f"{PENDING}{nonce}", profile.url, profile.username, description, self._clock.wall())


def facts(made: Made) -> dict[str, Any]:
    """What may be told of it without its value."""
    known = ("id", "description", "scope", "application", "created", "expires")
    shown = {name: made.row[name] for name in known if name in made.row}
    return {"name": made.name, "server": made.url, "username": made.username, **shown}
