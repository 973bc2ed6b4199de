"""What a caller asks the broker for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from keyturnd import flows
from keyturnd.fetching.surroundings import Surroundings, surroundings_of
from keyturnd.vault.names import token_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturn.configuration.profiles.profile import Profile
    from keyturnd.messages.identities import Registry
    from keyturnd.vault.records import RecordName


class Want(msgspec.Struct, frozen=True):
    """A token of `profile` for `scopes`, with the life `protocol` needs; with `registry`, that registry's instead."""

    profile: Profile
    scopes: tuple[str, ...]
    protocol: str
    registry: Registry | None = None
    claims: str | None = None
    """The JSON that it has to be got with, where the caller says so: a claims challenge."""
    surroundings: Surroundings | None = None
    """The caller's own, where the identity is that of its job or machine."""

    @property
    def key(self) -> RecordName:
        """The name the token is filed under; callers with the same key share everything."""
        bound = None if self.surroundings is None else self.surroundings.digest
        names = {"claims": self.claims, "surroundings": bound}
        return token_name(self.profile, self.scopes, self.registry, cae=self.cae, **names)

    @property
    def cae(self) -> bool:
        """Whether the token lives until somebody is challenged for it: see flows.handles_challenges."""
        return flows.handles_challenges(self.profile, self.protocol) and self.registry is None

    @property
    def without_claims(self) -> Want:
        """The same for who does not know of claims: a token that was got with them is the better one there, too."""
        return msgspec.structs.replace(self, claims=None)

    @property
    def forgotten(self) -> Want:
        """The same without secrets of the caller's, to be kept beside its token."""
        if self.surroundings is None:
            return self
        return msgspec.structs.replace(self, surroundings=self.surroundings.forgotten)


def with_surroundings(want: Want, told: Callable[[str], str | None]) -> Want:
    """`want`, bound to its caller's job or machine where that is the identity. Raises VariablesWanted."""
    found = surroundings_of(want.profile, told)
    return want if found is None else msgspec.structs.replace(want, surroundings=found)
