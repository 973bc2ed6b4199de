"""What tokens can be for."""

from __future__ import annotations

from dataclasses import dataclass

# Microsoft's own identifiers, the same in every tenant (reference/entra.md section 4).
AZURE_DEVOPS = "499b84ac-1321-427f-aa17-267ca6975798"
AKS_SERVER = "6dae42f8-4368-4678-94ff-3960e28e3630"
GRAPH = "00000003-0000-0000-c000-000000000000"


@dataclass(frozen=True)
class Resource:
    """Something tokens are for: the audiences it goes by, and the delegated and application permissions it has."""

    name: str
    audiences: tuple[str, ...]
    scopes: tuple[str, ...]
    roles: tuple[str, ...] = ()


RESOURCES = (
    Resource("azure-devops", (AZURE_DEVOPS,), ("user_impersonation", "vso.code", "vso.code_write")),
    Resource("aks", (AKS_SERVER,), ("user.read",)),
    Resource("graph", (GRAPH, "https://graph.microsoft.com"), ("User.Read",), ("Directory.Read.All",)),
    Resource(
        "arm",
        ("https://management.azure.com", "https://management.azure.com/", "https://management.core.windows.net/"),
        ("user_impersonation",),
    ),
    Resource("acr", ("https://containerregistry.azure.net",), ("user_impersonation",)),
    Resource("key-vault", ("https://vault.azure.net",), ("user_impersonation",)),
    Resource("storage", ("https://storage.azure.com", "https://storage.azure.com/"), ("user_impersonation",)),
    Resource("sql", ("https://database.windows.net", "https://database.windows.net/"), ("user_impersonation",)),
)


def of_application(application_id: str) -> Resource:
    """What a web API of the tenant's own exposes: itself, by its id with and without `api://`."""
    return Resource("service", (application_id, f"api://{application_id}"), ("access_as_user",))
