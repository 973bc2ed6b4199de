"""Microsoft's clouds by name, and the host where each one signs people in.

Sources: reference/entra.md section 4, which compared msal's authority.py, azure-cli's cloud.py, the cmdlet's
EnvironmentConstants.cs and Microsoft's page on national clouds. Pure data, standard library alone.
"""

from __future__ import annotations

from typing import NamedTuple


class Cloud(NamedTuple):
    """One cloud: `host` is where keyturn signs in, `aliases` are other names of the same service."""

    name: str
    host: str
    aliases: tuple[str, ...] = ()
    closed: str = ""
    """When it was closed, for a warning; empty while it runs."""


CLOUDS = (
    Cloud(
        "AzureCloud",
        "login.microsoftonline.com",
        ("login.windows.net", "login.microsoft.com", "sts.windows.net"),
    ),
    # The documented host; login.chinacloudapi.cn is the one msal calls deprecated, and older tools use it.
    Cloud("AzureChinaCloud", "login.partner.microsoftonline.cn", ("login.chinacloudapi.cn",)),
    Cloud("AzureUSGovernment", "login.microsoftonline.us", ("login.usgovcloudapi.net",)),
    Cloud("AzureGermanCloud", "login.microsoftonline.de", closed="29 October 2021"),
    # Microsoft's own pre-production. The cmdlet mapped it to no host at all, so it never worked there.
    Cloud("AzurePPE", "login.windows-ppe.net"),
    Cloud("AzureBleuCloud", "login.sovcloud-identity.fr"),
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
