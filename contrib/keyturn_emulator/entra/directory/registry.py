"""Who and what is registered: a tenant, its people, its applications, and the resources they may ask for.

All identifiers but the well-known ones are drawn anew for each run, so that nobody comes to rely on them.
"""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass, field

# Microsoft's own identifiers, the same in every tenant (reference/entra.md section 4).
AZURE_DEVOPS = "499b84ac-1321-427f-aa17-267ca6975798"
AKS_SERVER = "6dae42f8-4368-4678-94ff-3960e28e3630"
GRAPH = "00000003-0000-0000-c000-000000000000"

# Names that stand for "whatever tenant the user is of".
ANY_TENANT = ("common", "organizations")


@dataclass(frozen=True)
class Tenant:
    """A directory, by its id or its domain."""

    id: str
    domain: str


@dataclass(frozen=True)
class User:
    """A person of a tenant. `object_id` is what tokens call `oid`."""

    name: str
    upn: str
    object_id: str
    tenant: Tenant


@dataclass(frozen=True)
class Resource:
    """Something tokens are for: the audiences it goes by, and the delegated and application permissions it has."""

    name: str
    audiences: tuple[str, ...]
    scopes: tuple[str, ...]
    roles: tuple[str, ...] = ()


@dataclass
class Application:
    """A registration. `secret` is None for a public client; `object_id` is its service principal."""

    name: str
    id: str
    object_id: str
    tenant: Tenant
    secret: str | None = field(default=None, repr=False)
    multi_tenant: bool = False

    @property
    def public(self) -> bool:
        """Whether it can keep no secret."""
        return self.secret is None


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
)


class Registry:
    """One tenant, two people, a confidential and a public client."""

    def __init__(self, domain: str = "contoso.example") -> None:
        self.tenant = Tenant(_new_id(), domain)
        self.users = [
            User(name.capitalize(), f"{name}@{domain}", _new_id(), self.tenant) for name in ("alice", "bob")
        ]
        self.service = Application("service", _new_id(), _new_id(), self.tenant, secret=new_secret())
        self.device = Application("device", _new_id(), _new_id(), self.tenant, multi_tenant=True)
        self.applications = [self.service, self.device]
        self._first_secret = self.service.secret

    def find_tenant(self, name: str) -> Tenant | None:
        """The tenant of that id or domain, in any case."""
        return self.tenant if name.lower() in (self.tenant.id, self.tenant.domain) else None

    def find_application(self, application_id: str) -> Application | None:
        """The application of that id, in any case."""
        return next((known for known in self.applications if known.id == application_id.lower()), None)

    def named(self, name: str) -> Application | None:
        """The application the emulator calls `name`."""
        return next((known for known in self.applications if known.name == name), None)

    def find_user(self, upn: str) -> User | None:
        """The user of that principal name, in any case."""
        return next((known for known in self.users if known.upn == upn.lower()), None)

    def reset(self) -> None:
        """Give the confidential client the secret it started with."""
        self.service.secret = self._first_secret


def find_resource(audience: str) -> Resource | None:
    """The resource that goes by `audience`, letter for letter."""
    return next((known for known in RESOURCES if audience in known.audiences), None)


def new_secret() -> str:
    """A secret that comes through only if it is form-encoded as it must be: it has `+`, `/`, `=` and `~` in it."""
    return f"8Q~{secrets.token_urlsafe(24)}+/~="


def _new_id() -> str:
    return str(uuid.uuid4())
