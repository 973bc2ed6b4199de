"""`[targets.git]` of config.toml, read and validated."""

from __future__ import annotations

from typing import cast

from keyturn import scopes
from keyturn.hosts import HTTPS_PORT, Place, UnfitName, https_url
from keyturn.tables import Table, did_you_mean
from keyturn.targets import AZURE_DEVOPS_HOST, GitTarget, Service, folded, is_azure_devops, is_organization

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturn.profiles import EntraProfile

_EXAMPLE_SCOPE = '["api://git/.default"]'
_EXAMPLE_URL = '"https://dev.azure.com/ORGANIZATION" = "PROFILE"'


def read_git_targets(table: Table, profiles: Mapping[str, EntraProfile]) -> tuple[GitTarget, ...]:
    """The targets in `table`, each for one of `profiles`. Raises ConfigError at the first mistake."""
    seen: dict[Place, str] = {}
    found = []
    for url in table.values:
        place = _place(table, url)
        earlier = seen.setdefault(folded(place), url)
        if earlier != url:
            raise table.mistake(url, f"the same place as {table.path_of(earlier)}", "remove one of them")
        found.append(_target(_entry(table, url), url, place, profiles))
    return tuple(found)


def _place(table: Table, url: str) -> Place:
    try:
        place = https_url(url)
    except UnfitName as error:
        raise table.mistake(url, str(error), f"for example: {_EXAMPLE_URL}") from None
    if place.host == AZURE_DEVOPS_HOST and place.segments and not is_organization(place.segments[0]):
        raise table.mistake(
            url, "expected the name of an organization first in the path", f"for example: {_EXAMPLE_URL}"
        )
    return place


def _entry(table: Table, url: str) -> Table:
    value = table.values[url]
    if isinstance(value, str):
        return Table(table.file, table.path_of(url), {"profile": value})
    if not isinstance(value, dict):
        raise table.mistake(url, 'expected "PROFILE" or { profile = "PROFILE", … }', f"for example: {_EXAMPLE_URL}")
    return table.table(url)


def _target(entry: Table, url: str, place: Place, profiles: Mapping[str, EntraProfile]) -> GitTarget:
    entry.check_keys(("profile", "scopes", "service", "authtype"), later=("tenant",))
    entry.choice("authtype", ("basic",), later=("bearer",))
    profile = _profile(entry, profiles)
    return GitTarget(
        url=url,
        host=place.host,
        port=place.port,
        segments=place.segments,
        profile=profile.name,
        service=_service(entry, place),
        scopes=_scopes(entry, profile),
    )


def _profile(entry: Table, profiles: Mapping[str, EntraProfile]) -> EntraProfile:
    name = entry.text("profile", "the name of a profile", '"work"')
    if name is None:
        raise entry.expected("profile", "the name of a profile", '"work"')
    profile = profiles.get(name)
    if profile is None:
        hint = did_you_mean(name, profiles.keys()) or f"add [profile.NAME] to {entry.file}"
        raise entry.mistake("profile", "no profile has this name", hint)
    if "git" not in profile.protocols:
        raise entry.mistake("profile", f"profile {name} leaves git out of its protocols", f"edit {entry.file}")
    return profile


def _service(entry: Table, place: Place) -> Service:
    named = entry.choice("service", ("azure-devops", "plain"))
    if named is None and is_azure_devops(place.host) and place.port == HTTPS_PORT:
        named = "azure-devops"
    if named != "azure-devops" and not entry.texts("scopes", _EXAMPLE_SCOPE):
        raise entry.mistake(
            "scopes",
            "missing: only Azure DevOps implies them",
            f'add service = "azure-devops" or scopes = {_EXAMPLE_SCOPE}',
        )
    return cast("Service", named or "plain")


def _scopes(entry: Table, profile: EntraProfile) -> tuple[str, ...]:
    found = entry.texts("scopes", _EXAMPLE_SCOPE)
    try:
        groups = scopes.by_resource(found, application_only=profile.flow == "client-secret")
    except scopes.UnfitScopes as error:
        raise entry.mistake("scopes", str(error), f"for example: scopes = {_EXAMPLE_SCOPE}") from None
    if len(groups) > 1:
        raise entry.mistake(
            "scopes", "expected scopes of one resource: a target gets one token", f"edit {entry.file}"
        )
    return groups[0] if groups else ()
