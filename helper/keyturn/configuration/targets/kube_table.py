"""`[targets.kube]` of config.toml, read and validated."""

from __future__ import annotations

from typing import cast

from keyturn import moves
from keyturn.configuration.hosts import Place, UnfitName, https_url
from keyturn.configuration.targets.entries import Entries, read_scopes
from keyturn.configuration.targets.kube import KubeService, KubeTarget
from keyturn.configuration.targets.places import Targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturn.configuration.profiles.profile import Profile
    from keyturn.configuration.tables import Table

_EXAMPLE = '"https://CLUSTER.hcp.REGION.azmk8s.io:443" = "PROFILE"'
_EXAMPLE_SCOPES = '["api://cluster/.default"]'


def read_kube_targets(table: Table, profiles: Mapping[str, Profile]) -> Targets[KubeTarget]:
    """The targets in `table`, each for one of `profiles`. Raises ConfigError at the first mistake."""
    entries = Entries(table, "kube", profiles, _EXAMPLE)
    return Targets(_target(entries, url) for url in table.values)


def _target(entries: Entries, url: str) -> KubeTarget:
    place = _place(entries, url)
    entries.refuse_second(url, place)
    entry = entries.entry(url)
    entry.check_keys(("profile", "scopes", "service"), later=("tenant", "authtype", "programs"))
    profile = entries.profile(entry)
    scopes = read_scopes(entry, profile, _EXAMPLE_SCOPES)
    return KubeTarget(
        url=url,
        host=place.host,
        port=place.port,
        segments=place.segments,
        profile=profile.name,
        service=_service(entry, scopes),
        scopes=scopes,
    )


def _place(entries: Entries, url: str) -> Place:
    try:
        return https_url(url)
    except UnfitName as error:
        raise entries.table.mistake(url, str(error), entries.hint) from None


def _service(entry: Table, scopes: tuple[str, ...]) -> KubeService:
    """AKS unless something else is said: the name of a cluster's server tells nothing."""
    named = entry.choice("service", ("aks", "plain")) or ("plain" if scopes else "aks")
    if named == "plain" and not scopes:
        raise entry.mistake(
            "scopes", "missing: only AKS implies them", moves.configuration.example(f"scopes = {_EXAMPLE_SCOPES}")
        )
    return cast("KubeService", named)
