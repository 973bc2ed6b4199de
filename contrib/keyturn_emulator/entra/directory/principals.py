"""Who can sign in, or be asked for: tenants, people, applications and managed identities."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keyturn_emulator.entra.directory.resources import RESOURCES, Resource

if TYPE_CHECKING:
    from cryptography import x509

    from keyturn_emulator.entra.directory.credentials import CertificateAuthority, FederatedCredential

# The redirect URI of native clients; its port is not looked at (reference/entra.md section 4, redirects).
LOOPBACK_REDIRECT = "http://localhost"


@dataclass(frozen=True)
class Tenant:
    """A directory, by its id or its domain, and the resources that have a service principal in it."""

    id: str
    domain: str
    resources: tuple[Resource, ...] = RESOURCES

    def find_resource(self, audience: str) -> Resource | None:
        """The resource that goes by `audience`, letter for letter."""
        return next((known for known in self.resources if audience in known.audiences), None)


@dataclass(frozen=True)
class User:
    """A person of a tenant. `object_id` is what tokens call `oid`."""

    name: str
    upn: str
    object_id: str
    tenant: Tenant


@dataclass
class Application:
    """A registration. `object_id` is its service principal; without any credential it is a public client."""

    name: str
    id: str
    object_id: str
    tenant: Tenant
    secret: str | None = field(default=None, repr=False)
    multi_tenant: bool = False
    redirect_uris: tuple[str, ...] = (LOOPBACK_REDIRECT,)
    certificates: list[x509.Certificate] = field(default_factory=list)
    authorities: list[CertificateAuthority] = field(default_factory=list)
    federated: list[FederatedCredential] = field(default_factory=list)

    @property
    def public(self) -> bool:
        """Whether it has nothing to prove itself with."""
        return not (self.secret or self.certificates or self.authorities or self.federated)

    @property
    def audiences(self) -> tuple[str, str]:
        """What `aud` says in tokens that are for this application itself."""
        return self.id, f"api://{self.id}"


@dataclass(frozen=True)
class ManagedIdentity:
    """An application without a registration, which exists only on the machine that it is assigned to."""

    application: Application
    resource_id: str

    def called(self, name: str, value: str) -> bool:
        """Whether it is the one with that `client_id`, `object_id` or (in any case) resource id."""
        ids = {"client_id": self.application.id, "object_id": self.application.object_id}
        return ids.get(name, self.resource_id).lower() == value.lower()
