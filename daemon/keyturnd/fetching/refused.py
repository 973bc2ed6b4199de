"""What providers said no to: a sign-in as a whole, or audiences for which it does not go on while others do.

Only a sign-in for that very audience, with the claims that the refusal asked for, cures it: one for another audience
would end well and change nothing (azure-cli 21519).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from keyturnd.fetching.permission import is_allowed

if TYPE_CHECKING:
    from keyturn.configuration.config import Config
    from keyturn.configuration.profiles.profile import Profile
    from keyturnd.fetching.wants import Want
    from keyturnd.vault.records import RecordName


class Refused(msgspec.Struct, frozen=True):
    """What was refused, and the claims (JSON) that a sign-in for it has to ask for."""

    want: Want
    claims: str | None


class RefusedAudiences:
    """For as long as the daemon lives: afterwards the next request is refused again."""

    def __init__(self) -> None:
        self._refused: dict[RecordName, Refused] = {}
        self._ended: dict[str, str] = {}

    def note(self, want: Want, claims: str | None) -> None:
        """Remember that `want` takes a sign-in of its own."""
        self._refused[want.key] = Refused(want, claims)

    def first(self, profile: Profile) -> Want | None:
        """What `profile`, as it is now, was refused first and has not got since."""
        return next((known.want for known in self._refused.values() if known.want.profile == profile), None)

    def claims(self, want: Want) -> str | None:
        """What a sign-in for `want` has to ask for."""
        known = self._refused.get(want.key)
        return None if known is None else known.claims

    def settle(self, want: Want) -> None:
        """`want` was granted, or a person has tried in vain."""
        self._refused.pop(want.key, None)

    def reconfigured(self, config: Config) -> None:
        """What `config` changed may be right by now, or no longer be asked for."""
        self._refused = {key: known for key, known in self._refused.items() if is_allowed(config, known.want)}

    def end(self, profile: str, reason: str) -> None:
        """The sign-in of `profile` was refused as a whole: told to whoever misses it from now on."""
        self.forget(profile)
        self._ended[profile] = reason

    def why_ended(self, profile: str) -> str | None:
        """What the provider said when it did, if it did."""
        return self._ended.get(profile)

    def forget(self, profile: str) -> None:
        """Another sign-in, or none: all is open again."""
        self._ended.pop(profile, None)
        for key in [key for key in self._refused if key.profile == profile]:
            del self._refused[key]
