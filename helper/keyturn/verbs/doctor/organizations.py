"""Whether Azure DevOps organizations belong to the tenants that their profiles sign in at.

An organization can be connected to another tenant, which takes no token of the former one and says no more than that
nobody is signed in. Whose it is, it tells without credentials (keyturnd.acquire.network.discovery).
"""

from __future__ import annotations

from keyturn import moves
from keyturn.configuration.hosts import HTTPS_PORT, Place
from keyturn.configuration.profiles.entra import EntraProfile
from keyturn.configuration.profiles.identity import is_id
from keyturn.configuration.targets.git import AZURE_DEVOPS_HOST, is_azure_devops
from keyturn.console.requests import ask
from keyturn.errors import KeyturnError
from keyturn.verbs.doctor.finding import Finding, failed, ok

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyturn.configuration.config import Config
    from keyturn.configuration.targets.git import GitTarget


def look(config: Config) -> Iterator[Finding]:
    """A finding for each organization whose profile names its tenant by its id: a domain could not be compared."""
    asked: set[tuple[str, str]] = set()
    for target in config.git_targets:
        profile = config.profiles[target.profile]
        organization = _organization(target)
        if not isinstance(profile, EntraProfile) or organization is None or not is_id(profile.tenant):
            continue
        if (organization, profile.name) not in asked:
            asked.add((organization, profile.name))
            yield from _compared(config, organization, target, profile)


def _compared(config: Config, organization: str, target: GitTarget, profile: EntraProfile) -> Iterator[Finding]:
    try:
        tenant = ask("POST", "/v1/discovery", {"url": organization}, waits=False)["tenant"]
    except KeyturnError as error:
        yield failed(error, f"{organization}: ")
        return
    if tenant == profile.tenant:
        yield ok(f"{organization} belongs to the tenant of profile {profile.name}")
    elif is_id(tenant):
        told = (
            f"{organization} belongs to the tenant {tenant}, and profile {profile.name} signs in to {profile.tenant}"
        )
        yield Finding("warning", told, moves.servers.moved_organization(*_moving(config, target, tenant)))


def _moving(config: Config, target: GitTarget, tenant: str) -> tuple[tuple[str, ...], ...]:
    """The commands: the profile follows, unless it is for something else, too, which may have stayed."""
    targets = (*config.git_targets, *config.kube_targets, *config.docker_targets)
    if [other for other in targets if other.profile == target.profile] == [target]:
        return (("keyturn", "profile", "edit", target.profile, f"tenant={tenant}"),)
    return ("keyturn", "target", "remove", target.url), ("keyturn", "init", target.url)


def _organization(target: GitTarget) -> str | None:
    """Its URL; None where the target is nothing that Azure DevOps itself serves, or all of its organizations."""
    if not is_azure_devops(target.host) or target.port != HTTPS_PORT:
        return None
    named_by_path = target.host == AZURE_DEVOPS_HOST
    if named_by_path and not target.segments:
        return None
    return Place(target.host, target.port, target.segments[:1] if named_by_path else ()).url
