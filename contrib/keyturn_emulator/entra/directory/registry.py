"""Who and what is registered in the one tenant.

All identifiers but the well-known ones are drawn anew for each run, so that nobody comes to rely on them.
"""

from __future__ import annotations

import secrets
import uuid
from typing import TYPE_CHECKING

from keyturn_emulator.entra.directory.principals import Application, ManagedIdentity, Tenant, User
from keyturn_emulator.entra.directory.resources import RESOURCES, of_application

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyturn_emulator.entra.directory.credentials import FederatedCredential

# Names that stand for "whatever tenant the user is of".
ANY_TENANT = ("common", "organizations")
MICROSOFTS = {
    "azure-cli": "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
    "visual-studio": "872cd9fa-d31f-45e0-9eab-6e460a02d1f1",
    "vs-code": "aebc6443-996d-45c2-90f0-388ff96faa56",
    "aks-client": "80faf920-1908-4b52-b5ef-a8e7bedfc67a",
    "azure-powershell": "1950a258-227b-4e31-a9cf-717495945fc2",
}
"""Its own public clients, which every tenant knows (reference/entra.md section 4)."""
OTHER = "northwind.example"
"""A tenant that both people are guests in, and that every application for many tenants is known to."""
RESOURCE_GROUP = "/subscriptions/{subscription}/resourcegroups/emulator/providers"


class Registry:
    """One tenant, two people, a client of each kind beside Microsoft's, and a machine with two identities.

    federated: what the confidential client may prove itself with from the start.
    """

    def __init__(self, domain: str = "contoso.example", federated: Sequence[FederatedCredential] = ()) -> None:
        service_id = _new_id()
        self.tenant = Tenant(_new_id(), domain, (*RESOURCES, of_application(service_id)))
        self.other = Tenant(_new_id(), OTHER)
        self.users = [
            User(name.capitalize(), f"{name}@{domain}", _new_id(), self.tenant) for name in ("alice", "bob")
        ]
        self.service = Application("service", service_id, _new_id(), self.tenant, secret=new_secret())
        self.device = Application("device", _new_id(), _new_id(), self.tenant, multi_tenant=True)
        microsofts = (
            Application(name, known, _new_id(), self.tenant, multi_tenant=True) for name, known in MICROSOFTS.items()
        )
        self.applications = [self.service, self.device, *microsofts]
        self.machine, self.assigned = self._identities()
        self._first_secret = self.service.secret
        self._first_federated = list(federated)
        self.reset()

    def find_tenant(self, name: str) -> Tenant | None:
        """The tenant of that id or domain, in any case."""
        tenants = (self.tenant, self.other)
        return next((known for known in tenants if name.lower() in (known.id, known.domain)), None)

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
        """Give the confidential client the credentials it started with."""
        self.service.secret = self._first_secret
        self.service.certificates.clear()
        self.service.authorities.clear()
        self.service.federated[:] = self._first_federated

    def _identities(self) -> tuple[ManagedIdentity, ManagedIdentity]:
        """The machine's own identity, and one that was assigned to it."""
        group = RESOURCE_GROUP.format(subscription=_new_id())
        kinds = {
            "machine": "Microsoft.Compute/virtualMachines/machine",
            "assigned": "Microsoft.ManagedIdentity/userAssignedIdentities/assigned",
        }
        machine, assigned = (
            ManagedIdentity(Application(name, _new_id(), _new_id(), self.tenant), f"{group}/{kind}")
            for name, kind in kinds.items()
        )
        return machine, assigned


def new_secret() -> str:
    """A secret that comes through only if it is form-encoded as it must be: it has `+`, `/`, `=` and `~` in it."""
    return f"8Q~{secrets.token_urlsafe(24)}+/~="


def _new_id() -> str:
    return str(uuid.uuid4())
