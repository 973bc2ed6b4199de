"""`[targets.docker]` of config.toml, read and validated."""

from __future__ import annotations

from keyturn import moves
from keyturn.configuration.hosts import UnfitName, host_and_port
from keyturn.configuration.profiles.identity import is_own_tenant
from keyturn.configuration.targets.docker import DockerTarget, is_azure
from keyturn.configuration.targets.entries import Entries
from keyturn.configuration.targets.places import Targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturn.configuration.profiles.profile import Profile
    from keyturn.configuration.tables import Table

_EXAMPLE = '"REGISTRY.azurecr.io" = "PROFILE"'
_EXAMPLE_TENANT = '"contoso.example"'


def read_docker_targets(table: Table, profiles: Mapping[str, Profile]) -> Targets[DockerTarget]:
    """The targets in `table`, each for one of `profiles`. Raises ConfigError at the first mistake."""
    entries = Entries(table, "docker", profiles, _EXAMPLE)
    return Targets(_target(entries, server) for server in table.values)


def _target(entries: Entries, server: str) -> DockerTarget:
    host, port = _registry(entries, server)
    entries.refuse_second(server, (host, port))
    entry = entries.entry(server)
    entry.check_keys(("profile", "service", "tenant"), later=("scopes", "authtype", "programs"))
    profile = entries.profile(entry)
    if entry.choice("service", ("acr",), later=("plain",)) is None and not is_azure(host, port):
        raise entry.mistake(
            "service", "missing: only Azure's own names imply it", moves.configuration.add('service = "acr"')
        )
    return DockerTarget(host=host, port=port, profile=profile.name, tenant=_tenant(entry))


def _registry(entries: Entries, server: str) -> tuple[str, int]:
    try:
        return host_and_port(server)
    except UnfitName:
        problem = "expected the login server of a registry, without scheme and path"
        raise entries.table.mistake(server, problem, entries.hint) from None


def _tenant(entry: Table) -> str | None:
    found = entry.text("tenant", "a tenant id or a domain", _EXAMPLE_TENANT)
    if found is not None and not is_own_tenant(found.lower()):
        raise entry.expected("tenant", "a tenant id or a domain", _EXAMPLE_TENANT)
    return found.lower() if found is not None else None
