"""What a caller asks the broker for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from keyturnd import flows
from keyturnd.vault.names import token_name

if TYPE_CHECKING:
    from keyturn.configuration.profiles.profile import Profile
    from keyturnd.messages import Registry
    from keyturnd.vault.records import RecordName


class Want(msgspec.Struct, frozen=True):
    """A token of `profile` for `scopes`, with the life `protocol` needs; with `registry`, that registry's instead."""

    profile: Profile
    scopes: tuple[str, ...]
    protocol: str
    registry: Registry | None = None
    claims: str | None = None
    """The JSON that it has to be got with, where the caller says so: a claims challenge."""

    @property
    def key(self) -> RecordName:
        """The name the token is filed under; callers with the same key share everything."""
        return token_name(self.profile, self.scopes, self.registry, claims=self.claims, cae=self.cae)

    @property
    def cae(self) -> bool:
        """Whether the token lives until somebody is challenged for it: see flows.handles_challenges."""
        return flows.handles_challenges(self.profile, self.protocol) and self.registry is None

    @property
    def without_claims(self) -> Want:
        """The same for who does not know of claims: a token that was got with them is the better one there, too."""
        return msgspec.structs.replace(self, claims=None)
