"""What the vault holds for a profile, as values: tokens, sign-in state, entrusted secrets."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from keyturn.configuration.profiles.profile import AwxProfile
from keyturn.errors import StateError
from keyturnd import flows, identities
from keyturnd.messages import states
from keyturnd.messages.states import AwxState
from keyturnd.vault import tokens
from keyturnd.vault.behind import Behind
from keyturnd.vault.changing import Late, wholly
from keyturnd.vault.looking import seen
from keyturnd.vault.names import secret_name, state_name
from keyturnd.vault.records import RecordName
from keyturnd.vault.vault import Unreadable, understood

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from keyturn.configuration.profiles.profile import Profile
    from keyturnd.messages.states import State
    from keyturnd.vault.records import Kind
    from keyturnd.vault.tokens import Token
    from keyturnd.vault.vault import Vault

ACCESS_TOKENS: tuple[Kind, ...] = ("access-token",)


class Holdings:
    """The vault, opened at first use: its key may come from a keyring that takes its time.

    Every method raises StateError when the vault or its key cannot be read or written.
    """

    def __init__(self, open_vault: Callable[[], Awaitable[Vault]], directory: Path | None = None) -> None:
        """`directory`: where the vault's records lie, for a look that takes no key."""
        self._open_vault = open_vault
        self._directory = directory
        self._vault: Vault | None = None
        self._opening = asyncio.Lock()
        self._behind = Behind()
        self._by_threads = False
        self._controllers: dict[RecordName, str] = {}
        self.on_new_sign_in: Callable[[str], None] = lambda profile: None  # noqa: ARG005 - the broker's place
        self.changes = 0
        """How many records were put into the vault, counted once they are there."""

    @property
    def opened(self) -> Vault | None:
        """The vault, if it has been needed yet."""
        return self._vault

    async def vault(self) -> Vault:
        """The vault, opened once however many ask for it at the same moment."""
        async with self._opening:
            if self._vault is None:
                self._vault = await self._open_vault()
            return self._vault

    async def token(self, name: RecordName, profile: Profile) -> Token | None:
        """The token of `profile` under `name`, None too for one that the profile as it is now would not have got.

        The record's name tells authority and client id apart, but not who signed in; and all tokens of an AWX profile
        share one state, in which the last one has replaced those before.
        """
        payload = None if name.in_memory_alone else await self._behind.read(name, self._get)
        token = understood(name, payload, tokens.decode)
        if token is None or flows.is_somebody_elses(profile, token.account):
            return None
        return token if await self.is_of_now(profile, token) else None

    async def is_of_now(self, profile: Profile, token: Token) -> bool:
        """Whether `token` came from the sign-in that `profile` has now, if it takes one."""
        state = None if flows.row(profile).state is None else await self.state(profile)
        if isinstance(profile, AwxProfile):
            return identities.is_token_of(state, profile, token.access_token)
        return token.sign_in == flows.sign_in_of(state)

    async def state(self, profile: Profile) -> State | None:
        """What the last sign-in of `profile` left, None before the first and after a logout."""
        name = state_name(profile)
        state = understood(name, await self._get(name), states.decoder().decode)
        if isinstance(state, AwxState):
            self._controllers[name] = state.controller
        return state

    async def readable_state(self, profile: Profile) -> State | None:
        """The same, None too where the record tells nothing: for a sign-in, which takes its place."""
        with suppress(Unreadable):
            return await self.state(profile)
        return None

    def controller_at_hand(self, profile: AwxProfile) -> str | None:
        """What its state said when it was read last, for answers that wait for nothing; None where none was read."""
        return self._controllers.get(state_name(profile))

    async def may_have_state(self, profile: Profile) -> bool:
        """Whether there is a record of its state, whoever may be able to read it. Raises StateError."""
        if self._directory is None:
            return True
        return await seen((self._directory / state_name(profile).file_name()).exists)

    async def secret(self, profile: Profile) -> str | None:
        """What was entrusted to the vault for `profile`, None where nothing was."""
        payload = await self._get(secret_name(profile))
        return None if payload is None else payload.decode("utf-8", "surrogateescape")

    async def names(self) -> list[RecordName]:
        """Of all records."""
        vault = await self.vault()
        return await seen(lambda: list(vault.names()))

    def read_by_threads(self) -> None:
        """From now on, those of keyturnd.vault.looking: a start does not wait for the first of them to be there."""
        self._by_threads = True

    async def _get(self, name: RecordName) -> bytes | None:
        vault = await self.vault()
        return await seen(vault.get, name) if self._by_threads else vault.get(name)

    async def keep_token(self, name: RecordName, token: Token) -> bool:
        """Seal `token`, unless it is one of a job's: those stay in memory. False where that is still to come."""
        return name.in_memory_alone or await self._behind.begin(name, self._put(name, tokens.encode(token)))

    async def keep_state(
        self,
        profile: Profile,
        state: State,
        replaces: Callable[[State | None], bool] = lambda before: True,  # noqa: ARG005
    ) -> bool:
        """Keep `state`, if it `replaces` what there is; whether it does.

        No token of the one before outlives this, where flows.ends_tokens says so. Raises what `replaces` does.
        """
        before: list[State | None] = []

        def change(found: State | None) -> State | None:
            if not replaces(found):
                return found
            before.append(found)
            return state

        def ended_another() -> bool:
            """Whether it did: what memory has of that must not outlive it, though nobody waits any more."""
            is_new = bool(before) and flows.ends_tokens(state, before[0])
            if is_new:
                self.on_new_sign_in(profile.name)
            return is_new

        try:
            await self._change_state(profile, change)
        except Late as error:
            error.change.add_done_callback(lambda _: ended_another())
            raise
        finally:
            is_new = ended_another()
        if is_new:
            with suppress(StateError):  # what stays is bound to the sign-in before, and given to nobody
                await self.drop_tokens(profile.name)
        return bool(before)

    async def doubt(self, profile: Profile) -> bool:
        """Note that the server refused the token in the state of `profile`; False where its tokens live elsewhere."""

        def change(found: State | None) -> State | None:
            return replace(found, doubted=True) if isinstance(found, AwxState) and found.token else found

        doubted = await self._change_state(profile, change)
        return isinstance(doubted, AwxState) and bool(doubted.token)

    async def keep_secret(self, profile: Profile, secret: str) -> None:
        await self._put(secret_name(profile), secret.encode("utf-8", "surrogateescape"))

    async def drop_tokens(self, profile: str) -> None:
        """Delete every access token of `profile`."""
        await wholly((await self.vault()).delete_profile, profile, ACCESS_TOKENS)

    async def drop_token(self, name: RecordName) -> None:
        """Delete the record, if there is one; later, where the disk does not answer."""
        if not name.in_memory_alone:
            await self._behind.begin(name, wholly((await self.vault()).delete, name))

    async def drop_dead_state(self, profile: Profile, refused: State) -> None:
        """Forget the sign-in state, but only if it is still the one that was refused.

        A slower acquisition's refusal must not delete what a newer sign-in brought (buildkite/cli PR 852).
        """
        rest = flows.refused_state(refused) if flows.row(profile).entrusts is not None else None
        await self._change_state(profile, lambda found: rest if found == refused else found)

    async def set_aside(self, profile: Profile) -> list[RecordName]:
        """What is kept for `profile` but for another provider, authority or client id than it has now, sorted."""
        bound = {state_name(profile), secret_name(profile)}
        return sorted(
            (
                name
                for name in await self.names()
                if name.profile == profile.name and name.kind != "access-token" and name not in bound
            ),
            key=RecordName.canonical,
        )

    async def forget(self, profile: str) -> int:
        """Delete every record of `profile`, secrets included; how many there were."""
        return await wholly((await self.vault()).delete_profile, profile)

    async def prune(self, wall: float) -> None:
        """Delete the access tokens that have expired; records of targets long gone would gather for ever."""
        if self._vault is not None:
            for name in await seen(tokens.expired, self._vault, wall):
                await wholly(tokens.prune, self._vault, name, wall)

    async def _change_state(self, profile: Profile, change: Callable[[State | None], State | None]) -> State | None:
        """The state of `profile` once it is what `change` makes of it; nothing is done where that is the very same.

        In the thread that changes the vault, or it would not see what is on its way to the disk, and be written in
        place of it: a sign-in that somebody has just ended, the one before it that is refused by now.
        """
        vault = await self.vault()
        try:
            return await wholly(_changed, vault, state_name(profile), change)
        finally:
            self.changes += 1

    async def _put(self, name: RecordName, payload: bytes) -> None:
        try:
            await wholly((await self.vault()).put, name, payload)
        finally:
            self.changes += 1  # not before: who looks meanwhile sees what was there


def _changed(vault: Vault, name: RecordName, change: Callable[[State | None], State | None]) -> State | None:
    found = None
    with suppress(Unreadable):  # what nobody can read keeps nobody from signing in
        found = understood(name, vault.get(name), states.decoder().decode)
    changed = change(found)
    if changed is None and found is not None:
        vault.delete(name)
    elif changed is not None and changed is not found:
        vault.put(name, msgspec.json.encode(changed))
    return changed
