"""What a token may be asked for: OAuth scopes of Entra ID (reference/entra.md, section 4)."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyturn.configuration.profiles.flows.flow import Flow

AZURE_DEVOPS = ("499b84ac-1321-427f-aa17-267ca6975798/.default",)
"""Azure Repos, the same in every cloud."""
AKS = ("6dae42f8-4368-4678-94ff-3960e28e3630/.default",)
"""The server application of AKS clusters, the same in every cloud (reference/kubernetes.md section 2)."""
ACR = ("https://containerregistry.azure.net/.default",)
"""Azure Container Registry, the same in every cloud; management.azure.com works only where a policy lets it
(reference/docker.md section 2)."""
DEFAULT_SUFFIX = "/.default"

_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+", re.ASCII)
"""RFC 6749 section 3.3."""
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_RESERVED = frozenset({"openid", "profile", "offline_access"})


class UnfitScopes(ValueError):
    """Scopes Entra ID would refuse; its text says what was expected, ready to follow the key's name."""


def of_audience(audience: str) -> tuple[str, ...]:
    """Everything consented to at `audience`. One that ends in a slash keeps it: `https://…//.default`.

    Raises UnfitScopes.
    """
    if not _SCOPE.fullmatch(audience) or audience.endswith(DEFAULT_SUFFIX):
        raise UnfitScopes(
            'expected audiences such as "https://management.azure.com" (scopes have a key of their own)'
        )
    return (audience + DEFAULT_SUFFIX,)


def for_flow(scopes: Iterable[str], flow: Flow) -> list[tuple[str, ...]]:
    """`by_resource`, as far as `flow` can ask for them. Raises UnfitScopes."""
    return by_resource(scopes, application=flow.name if flow.for_application else "")


def same_audience(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether a resource server takes both for the same: slashes at the end and a GUID's letter case tell nothing."""
    return list(map(_plain, one)) == list(map(_plain, other))


def by_resource(scopes: Iterable[str], *, application: str = "") -> list[tuple[str, ...]]:
    """`scopes` in groups that one token can hold: one resource each, in order of appearance.

    `application`: the flow in which an application signs in as itself, if one does: Entra takes `/.default` alone
    then (AADSTS1002012).

    Raises UnfitScopes, also for `/.default` beside other scopes of its resource (AADSTS70011).
    """
    groups: dict[str, list[str]] = {}
    for scope in scopes:
        _check(scope, application)
        group = groups.setdefault(scope.rpartition("/")[0], [])
        if scope not in group:
            group.append(scope)
    for resource, group in groups.items():
        if len(group) > 1 and resource + DEFAULT_SUFFIX in group:
            raise UnfitScopes(f"expected {DEFAULT_SUFFIX} alone, not beside other scopes of its resource")
    return [tuple(group) for group in groups.values()]


def _plain(scope: str) -> str:
    resource, slash, name = scope.rpartition("/")
    resource = resource.rstrip("/")
    return f"{resource.lower() if _GUID.fullmatch(resource) else resource}{slash}{name}"


def _check(scope: str, application: str) -> None:
    if not _SCOPE.fullmatch(scope) or scope in _RESERVED:
        raise UnfitScopes('expected scopes such as "https://graph.microsoft.com/User.Read"')
    if application and not scope.endswith(DEFAULT_SUFFIX):
        raise UnfitScopes(f"expected scopes that end in {DEFAULT_SUFFIX}: {application} can ask for no others")
