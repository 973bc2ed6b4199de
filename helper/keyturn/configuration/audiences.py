"""What a profile may ask for: what its targets imply, and what it allows by itself."""

from __future__ import annotations

from keyturn.configuration.profiles import scopes
from keyturn.configuration.profiles.profile import AwxProfile, Profile
from keyturn.configuration.targets.target import Target, scopes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keyturn.configuration.config import Config


def targets_of(config: Config, profile_name: str) -> Iterator[Target]:
    """That profile's targets of every protocol."""
    targets: tuple[Target, ...] = (*config.git_targets, *config.kube_targets, *config.docker_targets)
    return (target for target in targets if target.profile == profile_name)


def all_scopes(config: Config, profile_name: str) -> list[tuple[str, ...]]:
    """Every set of scopes that profile's targets, scopes and audiences allow, each once, one token each.

    Raises KeyError when there is no such profile.
    """
    profile = config.profiles[profile_name]
    targets = [] if isinstance(profile, AwxProfile) else targets_of(config, profile_name)
    return list(dict.fromkeys([*map(scopes_of, targets), *own_scopes(profile)]))


def own_scopes(profile: Profile) -> list[tuple[str, ...]]:
    """What the profile itself allows, whatever its targets are."""
    if isinstance(profile, AwxProfile):
        return [(profile.scope,)]
    audiences = [scopes.of_audience(audience) for audience in profile.audiences]
    return scopes.by_resource(profile.scopes) + audiences


def allowed_scopes(config: Config, profile_name: str, wanted: Iterable[str]) -> tuple[str, ...] | None:
    """`wanted` in the configuration's order and each once, if it lies within one of `all_scopes`; else None.

    One spelling for one wish: each would otherwise be a token of its own.
    """
    asked = frozenset(wanted := tuple(wanted))
    for allowed in all_scopes(config, profile_name):
        if scopes.same_audience(allowed, wanted):
            return allowed
    for allowed in all_scopes(config, profile_name):
        if asked and asked <= frozenset(allowed):
            return tuple(scope for scope in allowed if scope in asked)
    return None
