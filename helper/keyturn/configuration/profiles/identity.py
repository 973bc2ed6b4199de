"""Who signs in, and where: tenant, application and login host of an Entra profile."""

from __future__ import annotations

import re

from keyturn import moves
from keyturn.configuration.hosts import UnfitName, host_name, https_url
from keyturn.configuration.profiles.clouds import CLOUDS, authority_host
from keyturn.configuration.tables import either

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.configuration.tables import Table

ALIASES = {
    "tenant_id": "tenant",
    "domain": "tenant",
    "client_id": "application_id",
    "environment_name": "environment",
}
"""Names the two PowerShell cmdlets and other tools use for the same thing."""
PRESETS = {
    "azure-cli": "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
    "visual-studio": "872cd9fa-d31f-45e0-9eab-6e460a02d1f1",
    "vs-code": "aebc6443-996d-45c2-90f0-388ff96faa56",
    "azure-powershell": "1950a258-227b-4e31-a9cf-717495945fc2",
}
"""Microsoft's own public clients: an explicit opt-in, never a default, because sign-in logs and Conditional Access
then see Microsoft's application (reference/entra.md, "Public client ids"; the last id is unverified there)."""
SHARED_TENANTS = ("organizations", "common", "consumers")
DEFAULT_TENANT = "organizations"
DEFAULT_CLOUD = "AzureCloud"

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_EXAMPLE_URL = '"https://login.example"'
EXAMPLE_ID = "11111111-2222-3333-4444-555555555555"
_EXAMPLE_GUID = f'"{EXAMPLE_ID}"'


def tenant(table: Table, *, own_for: str) -> str:
    """A tenant id, a domain or one of SHARED_TENANTS, in lower case.

    `own_for`: the flow that needs a tenant of its own (AADSTS50059), empty where a shared one will do.
    """
    key = _as_written(table, "tenant")
    found = (table.text(key, example=_EXAMPLE_GUID) or DEFAULT_TENANT).lower()
    if found in SHARED_TENANTS and own_for:
        raise table.expected(key, f"a tenant id or a domain, {own_for} cannot use a shared one", _EXAMPLE_GUID)
    if is_tenant(found):
        return found
    raise table.expected(key, f"a tenant id, a domain, {either(SHARED_TENANTS)}", _EXAMPLE_GUID)


def is_tenant(text: str) -> bool:
    """Whether `text`, in any letter case, is one of SHARED_TENANTS, or the id or a domain of one tenant."""
    return text.lower() in SHARED_TENANTS or is_own_tenant(text.lower())


def is_own_tenant(text: str) -> bool:
    """Whether `text`, in lower case, is the id or a domain of one tenant."""
    return is_id(text) or _is_domain(text)


def is_id(text: str) -> bool:
    """Whether `text`, in lower case, has the form of the ids that Entra ID gives."""
    return _GUID.fullmatch(text) is not None


def application_id(table: Table) -> str:
    """The id in lower case, that of a preset resolved."""
    key = _as_written(table, "application_id")
    found = table.text(key, example=_EXAMPLE_GUID) or ""
    if found.startswith("preset:"):
        preset = PRESETS.get(found.removeprefix("preset:"))
        if preset is None:
            raise table.expected(key, f"a preset: {either(tuple(PRESETS))}", '"preset:azure-cli"')
        return preset
    if not is_id(found.lower()):
        raise table.expected(key, "the application (client) id of an app registration", _EXAMPLE_GUID)
    return found.lower()


def login_url(table: Table) -> str:
    """The URL of the login host, without a slash at its end: that of `environment`, unless `authority` names one."""
    cloud_key = _as_written(table, "environment")
    cloud, url = table.text(cloud_key, example=f'"{DEFAULT_CLOUD}"'), table.text("authority", example=_EXAMPLE_URL)
    if url is not None:
        if cloud is not None:
            raise table.mistake(
                "authority", f"{cloud_key} is set already", moves.configuration.leave_out("authority", cloud_key)
            )
        return _explicit_url(table, url)
    host = authority_host(cloud or DEFAULT_CLOUD)
    if host is None:
        names = tuple(known.name for known in CLOUDS)
        raise table.expected(cloud_key, either(names), f'"{DEFAULT_CLOUD}"')
    return f"https://{host}"


def _explicit_url(table: Table, url: str) -> str:
    try:
        place = https_url(url)
    except UnfitName as error:
        raise table.mistake(
            "authority", str(error), moves.configuration.example(f"authority = {_EXAMPLE_URL}")
        ) from None
    if place.segments:
        raise table.expected("authority", "a login host without a path, the tenant is appended", _EXAMPLE_URL)
    return place.url


def _as_written(table: Table, key: str) -> str:
    """`key`, or the alias the user wrote in its place."""
    written = [name for name in (key, *ALIASES) if name in table.values and ALIASES.get(name, key) == key]
    if len(written) > 1:
        raise table.mistake(written[1], f"means the same as {written[0]}", moves.configuration.leave_out(*written))
    return written[0] if written else key


def _is_domain(text: str) -> bool:
    try:
        return "." in host_name(text)
    except UnfitName:
        return False
