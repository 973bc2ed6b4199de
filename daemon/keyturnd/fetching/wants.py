"""What a caller asks the broker for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

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

    @property
    def key(self) -> RecordName:
        """The name the token is filed under; callers with the same key share everything."""
        return token_name(self.profile, self.scopes, self.registry)
