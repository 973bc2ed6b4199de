"""`[targets.git]` of config.toml, read and validated."""

from __future__ import annotations

from typing import cast

from keyturn import moves
from keyturn.configuration.hosts import HTTPS_PORT, Place, UnfitName, https_url
from keyturn.configuration.targets.entries import Entries, read_scopes
from keyturn.configuration.targets.git import (
    AZURE_DEVOPS_HOST,
    AuthType,
    GitTarget,
    GitTargets,
    Service,
    folded,
    is_azure_devops,
    is_organization,
    without_collection,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturn.configuration.profiles.profile import Profile
    from keyturn.configuration.tables import Table

_EXAMPLE = '"https://dev.azure.com/ORGANIZATION" = "PROFILE"'
_EXAMPLE_SCOPES = '["api://git/.default"]'


def read_git_targets(table: Table, profiles: Mapping[str, Profile]) -> GitTargets:
    """The targets in `table`, each for one of `profiles`. Raises ConfigError at the first mistake."""
    entries = Entries(table, "git", profiles, _EXAMPLE)
    return GitTargets(_target(entries, url) for url in table.values)


def _target(entries: Entries, url: str) -> GitTarget:
    place = _place(entries, url)
    entries.refuse_second(url, folded(place))
    entry = entries.entry(url)
    entry.check_keys(("profile", "scopes", "service", "authtype"), later=("tenant", "programs"))
    authtype = entry.choice("authtype", ("basic", "bearer")) or "basic"
    profile = entries.profile(entry)
    named = _named_service(entry, place)
    scopes = read_scopes(entry, profile, _EXAMPLE_SCOPES)
    if named != "azure-devops" and not scopes:
        raise entry.mistake(
            "scopes",
            "missing: only Azure DevOps implies them",
            moves.configuration.add(f'service = "azure-devops" or scopes = {_EXAMPLE_SCOPES}'),
        )
    return GitTarget(
        url=url,
        host=place.host,
        port=place.port,
        segments=place.segments,
        profile=profile.name,
        service=named or "plain",
        scopes=scopes,
        authtype=cast("AuthType", authtype),
    )


def _place(entries: Entries, url: str) -> Place:
    try:
        named = https_url(url)
    except UnfitName as error:
        raise entries.table.mistake(url, str(error), entries.hint) from None
    place = named._replace(segments=without_collection(named.host, named.segments))
    if place.host == AZURE_DEVOPS_HOST and place.segments and not is_organization(place.segments[0]):
        raise entries.table.mistake(url, "expected the name of an organization first in the path", entries.hint)
    return place


def _named_service(entry: Table, place: Place) -> Service | None:
    """What `service` says, or the name of the host does."""
    named = entry.choice("service", ("azure-devops", "plain"))
    if named is None and is_azure_devops(place.host) and place.port == HTTPS_PORT:
        named = "azure-devops"
    return cast("Service | None", named)
