"""What a caller's job or machine tells it, for profiles whose identity is that of their surroundings."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from keyturn.errors import VariablesWanted

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturn.configuration.profiles.profile import Profile


class Surroundings(msgspec.Struct, frozen=True):
    """The variables, by name, and what tells them from those of another job. Secret.

    A token got with them is filed under the digest: it is given to nobody who does not bring the same.
    """

    digest: str
    variables: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"Surroundings({self.digest!r})"

    @property
    def forgotten(self) -> Surroundings:
        """The same without what is secret, to be kept beside a token."""
        return Surroundings(self.digest)


def surroundings_of(profile: Profile, told: Callable[[str], str | None]) -> Surroundings | None:
    """The variables that `profile` takes, None where it takes none.

    told: a variable of the caller's, None where it was not sent. Raises VariablesWanted, which has the twin send
    them: an empty text for those that are not set.
    """
    names = profile.flow.variables
    if not names:
        return None
    values = {name: value for name in names if (value := told(name)) is not None}
    if len(values) < len(names):
        raise VariablesWanted(f"profile {profile.name} takes variables of its caller", names=names)
    return Surroundings(_digest(values), values)


def _digest(values: dict[str, str]) -> str:
    content = msgspec.json.encode(
        {name: value.encode("utf-8", "surrogateescape") for name, value in values.items()}, order="sorted"
    )
    return hashlib.sha256(content).hexdigest()
