"""Microsoft's clouds by name, the host where each one signs people in, and what its resources are called.

Sources: reference/entra.md section 4, which compared msal's authority.py, azure-cli's cloud.py, the cmdlet's
EnvironmentConstants.cs and Microsoft's page on national clouds. Pure data.
"""

from __future__ import annotations

import msgspec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Cloud(msgspec.Struct, frozen=True):
    """One cloud: `host` is where keyturn signs in, `aliases` are other names of the same service."""

    name: str
    host: str
    aliases: tuple[str, ...] = ()
    closed: str = ""
    """When it was closed, for a warning; empty while it runs."""
    resources: Mapping[str, str] = {}
    """Its own audiences by their short names."""


def _resources(arm: str, graph: str, vault: str, sql: str) -> dict[str, str]:
    """The hosts in their audiences; that of a database ends in a slash."""
    hosts = {"arm": arm, "graph": graph, "key-vault": vault, "sql": f"{sql}/"}
    return {name: f"https://{host}" for name, host in hosts.items()}


CLOUDS = (
    Cloud(
        "AzureCloud",
        "login.microsoftonline.com",
        ("login.windows.net", "login.microsoft.com", "sts.windows.net"),
        resources=_resources(
            "management.azure.com", "graph.microsoft.com", "vault.azure.net", "database.windows.net"
        ),
    ),
    # The documented host; login.chinacloudapi.cn is the one msal calls deprecated, and older tools use it.
    Cloud(
        "AzureChinaCloud",
        "login.partner.microsoftonline.cn",
        ("login.chinacloudapi.cn",),
        resources=_resources(
            "management.chinacloudapi.cn",
            "microsoftgraph.chinacloudapi.cn",
            "vault.azure.cn",
            "database.chinacloudapi.cn",
        ),
    ),
    Cloud(
        "AzureUSGovernment",
        "login.microsoftonline.us",
        ("login.usgovcloudapi.net", "login-us.microsoftonline.com"),
        resources=_resources(
            "management.usgovcloudapi.net",
            "graph.microsoft.us",
            "vault.usgovcloudapi.net",
            "database.usgovcloudapi.net",
        ),
    ),
    Cloud(
        "AzureGermanCloud",
        "login.microsoftonline.de",
        closed="29 October 2021",
        resources=_resources(
            "management.microsoftazure.de", "graph.microsoft.de", "vault.microsoftazure.de", "database.cloudapi.de"
        ),
    ),
    # Microsoft's own pre-production. The cmdlet mapped it to no host at all, so it never worked there.
    Cloud(
        "AzurePPE",
        "login.windows-ppe.net",
        resources={
            "arm": "https://api-dogfood.resources.windows-int.net",
            "graph": "https://graph.microsoft-ppe.com",
        },
    ),
    Cloud(
        "AzureBleuCloud",
        "login.sovcloud-identity.fr",
        resources=_resources(
            "management.sovcloud-api.fr", "graph.svc.sovcloud.fr", "vault.sovcloud-api.fr", "database.sovcloud-api.fr"
        ),
    ),
)
# The sovereign login.sovcloud-identity.{de,sg} have no name in azure-cli 2.91 yet: a profile reaches them by
# `authority`.

_BY_NAME = {cloud.name.lower(): cloud for cloud in CLOUDS}


def cloud(name: str) -> Cloud | None:
    """The cloud of that name in any letter case, or None."""
    return _BY_NAME.get(name.lower())


def authority_host(name: str) -> str | None:
    """The login host of the cloud `name` (any letter case), or None when no cloud is called so."""
    found = cloud(name)
    return found.host if found else None


def cloud_of(authority: str) -> Cloud | None:
    """The cloud whose login service the URL `authority` is of, or None."""
    host = authority.partition("://")[2].partition("/")[0].lower()
    return next((known for known in CLOUDS if host in {known.host, *known.aliases}), None)


def same_service(host: str, other: str) -> bool:
    """Whether both host names (no port) lead to one login service: equal, or aliases within one cloud."""
    pair = {host.lower(), other.lower()}
    return len(pair) == 1 or any(pair <= {known.host, *known.aliases} for known in CLOUDS)


EVERYWHERE = {
    "azure-devops": "499b84ac-1321-427f-aa17-267ca6975798",
    "aks": "6dae42f8-4368-4678-94ff-3960e28e3630",
    "acr": "https://containerregistry.azure.net",
    "storage": "https://storage.azure.com",
}
"""Audiences that are the same in every cloud, by their short names."""
SPOKEN = {
    "azure-devops": "Azure DevOps",
    "aks": "AKS",
    "acr": "ACR",
    "storage": "Azure Storage",
    "arm": "ARM",
    "graph": "Microsoft Graph",
    "key-vault": "Key Vault",
    "sql": "Azure SQL",
}
"""What people call them."""


def audience(word: str, authority: str) -> str:
    """`word`, or the audience that it is a short name of (any letter case) in the cloud of the URL `authority`.

    Where that is no known cloud's, it is the public one's.
    """
    found = cloud_of(authority) or CLOUDS[0]
    return {**EVERYWHERE, **CLOUDS[0].resources, **found.resources}.get(word.lower(), word)


_OF_AWX = {"write": "AWX (read and write)", "read": "AWX (read)"}
"""What its two scopes allow (reference/awx.md: write implies read); Entra ID has no such names without a resource."""


def spoken(scopes: Iterable[str]) -> str:
    """`scopes` as a person reads them: by the name of their resource, where it has one."""
    listed = list(scopes)
    if listed and listed[0] in _OF_AWX:
        return _OF_AWX[listed[0]]
    resources = {scope.rpartition("/")[0].rstrip("/").lower() for scope in listed}
    name = _SPOKEN.get(resources.pop()) if len(resources) == 1 else None
    if name is None:
        return " ".join(listed)
    rights = [right for right in (scope.rpartition("/")[2] for scope in listed) if right != ".default"]
    return f"{name} ({', '.join(rights)})" if rights else name


def short_name(scopes: Iterable[str]) -> str | None:
    """The short name of the audience, where `scopes` are everything consented to at one that has such a name."""
    called = spoken(scopes)
    return next((short for short, name in SPOKEN.items() if name == called), None)


_SPOKEN = {
    uri.rstrip("/"): SPOKEN[short]
    for known in (EVERYWHERE, *(each.resources for each in CLOUDS))
    for short, uri in known.items()
} | {
    "https://management.core.windows.net": "ARM",
    "https://management.core.chinacloudapi.cn": "ARM",
    "https://management.core.usgovcloudapi.net": "ARM",
}
"""The older audiences of ARM among them, which azure-cli asks for (reference/entra.md section 4)."""
