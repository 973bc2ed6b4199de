"""What the three `[targets.*]` tables have in common: entries, the profile each names, scopes of one resource."""

from __future__ import annotations

from typing import Literal

from keyturn import moves
from keyturn.configuration.profiles import scopes
from keyturn.configuration.profiles.profile import EntraProfile
from keyturn.configuration.tables import Table, did_you_mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from keyturn.configuration.profiles.profile import Profile

Protocol = Literal["git", "kube", "docker"]


class Entries:
    """The entries of one table, whose targets get tokens of `profiles` by `protocol`.

    `example` is a right entry, for hints.
    """

    def __init__(self, table: Table, protocol: Protocol, profiles: Mapping[str, Profile], example: str) -> None:
        self.table = table
        self.hint = moves.configuration.example(example)
        self._protocol = protocol
        self._profiles = profiles
        self._seen: dict[Hashable, str] = {}

    def entry(self, key: str) -> Table:
        """The table of the target `key`, whether it is written as one or as the name of a profile."""
        value = self.table.values[key]
        if isinstance(value, str):
            return Table(self.table.file, self.table.path_of(key), {"profile": value})
        if not isinstance(value, dict):
            raise self.table.mistake(key, 'expected "PROFILE" or { profile = "PROFILE", … }', self.hint)
        return self.table.table(key)

    def refuse_second(self, key: str, place: Hashable) -> None:
        """Raises ConfigError when another key named `place` before."""
        earlier = self._seen.setdefault(place, key)
        if earlier != key:
            problem = f"the same place as {self.table.path_of(earlier)}"
            raise self.table.mistake(key, problem, moves.configuration.leave_out_one())

    def profile(self, entry: Table) -> Profile:
        """The profile that `entry` names."""
        name = entry.text("profile", "the name of a profile", '"work"')
        if name is None:
            raise entry.expected("profile", "the name of a profile", '"work"')
        profile = self._profiles.get(name)
        if profile is None:
            hint = did_you_mean(name, self._profiles.keys()) or moves.configuration.add(
                "[profile.NAME]", str(entry.file)
            )
            raise entry.mistake("profile", "no profile has this name", hint)
        if self._protocol not in profile.protocols:
            problem = f"profile {name} leaves {self._protocol} out of its protocols"
            fits = profile.provider == "entra" or self._protocol == "git"
            raise entry.mistake(
                "profile", problem, moves.configuration.allow(self._protocol, name, str(entry.file)) if fits else None
            )
        return profile


def read_scopes(entry: Table, profile: Profile, example: str) -> tuple[str, ...]:
    """The key `scopes`; with an AWX profile the one scope that its tokens have."""
    if not isinstance(profile, EntraProfile):
        if "scopes" in entry.values:
            raise entry.mistake(
                "scopes",
                f"tokens of profile {profile.name} have its own scope",
                moves.configuration.leave_out("scopes", file=str(entry.file)),
            )
        return (profile.scope,)
    found = entry.texts("scopes", example)
    try:
        groups = scopes.for_flow(found, profile.flow)
    except scopes.UnfitScopes as error:
        raise entry.mistake("scopes", str(error), moves.configuration.example(f"scopes = {example}")) from None
    if len(groups) > 1:
        raise entry.mistake(
            "scopes",
            "expected scopes of one resource: a target gets one token",
            moves.configuration.edit(str(entry.file)),
        )
    return groups[0] if groups else ()
