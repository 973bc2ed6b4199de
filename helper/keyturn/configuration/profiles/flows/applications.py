"""The flows of provider entra in which an application, or a machine, signs in as itself."""

from __future__ import annotations

from typing import ClassVar

from keyturn import moves
from keyturn.configuration.profiles import identity
from keyturn.configuration.profiles.credentials import certificates, federation, managed
from keyturn.configuration.profiles.credentials.certificates import Certificate
from keyturn.configuration.profiles.credentials.federation import Federation
from keyturn.configuration.profiles.credentials.managed import ManagedIdentity
from keyturn.configuration.profiles.flows.flow import Flow
from keyturn.configuration.profiles.secrets import IfProtected, InFile, InVariable, InVault, Lent, read_place
from keyturn.protocols import surroundings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

    from keyturn.configuration.profiles.secrets import SecretSource
    from keyturn.configuration.tables import Table


class ClientSecret(Flow, frozen=True, tag="client-secret"):
    """An application signs in as itself with a secret (RFC 6749 section 4.4)."""

    keys: ClassVar = {"client_secret_file": "secret", "client_secret_env": "secret"}
    exclusive = (("client_secret_file", "client_secret_env"),)
    needs_own_tenant = True
    for_application = True
    secret_name = "client secret"  # noqa: S105 - a name, not a secret

    secret: InVault | InFile | InVariable | Lent = InVault()

    @property
    def secret_source(self) -> SecretSource:
        """Where the client secret is."""
        return self.secret

    @classmethod
    def read(cls, table: Table) -> Self:
        """With the place its secret comes from."""
        return cls(read_place(table) or InVault())


SECRET_OR_CERTIFICATE = (
    *ClientSecret.exclusive,
    *certificates.EXCLUSIVE,
    *((secret, key) for secret in ClientSecret.keys for key in ("certificate", "certificate_thumbprint")),
)
"""Pairs of keys of an application that proves itself with either."""


class WorkloadIdentity(Flow, frozen=True, tag="workload-identity"):
    """An application signs in as itself with the word of another issuer (RFC 7523 section 2.2)."""

    keys: ClassVar = federation.KEYS
    exclusive = federation.EXCLUSIVE
    needs_own_tenant = True
    for_application = True

    federation: Federation = Federation()

    @property
    def credential(self) -> Federation:
        """Whose word, and where it is to be had."""
        return self.federation

    @property
    def variables(self) -> tuple[str, ...]:
        """Those that lead a job to its issuer."""
        return self.federation.variables

    @classmethod
    def read(cls, table: Table) -> Self:
        """With the place of the other issuer's tokens."""
        return cls(federation.read_federation(table))


class ClientCertificate(Flow, frozen=True, tag="client-certificate"):
    """An application signs in as itself with a certificate (RFC 7523 section 2.2)."""

    keys: ClassVar = certificates.KEYS
    exclusive = certificates.EXCLUSIVE
    needs_own_tenant = True
    for_application = True
    secret_name = "passphrase"  # noqa: S105 - a name, not a secret

    certificate: Certificate = Certificate()
    passphrase: IfProtected | Lent = IfProtected()

    @property
    def secret_source(self) -> SecretSource:
        """A person, or the vault."""
        return self.passphrase

    @property
    def credential(self) -> Certificate:
        """The certificate."""
        return self.certificate

    @classmethod
    def read(cls, table: Table) -> Self:
        """With the place its certificate is in."""
        return cls(certificates.required_certificate(table))


class OfMachine(Flow, frozen=True, tag="managed-identity"):
    """A machine of Azure's, or an app on one, is an identity itself."""

    keys: ClassVar = managed.KEYS
    exclusive = managed.EXCLUSIVE
    has_registration = False
    for_application = True

    managed: ManagedIdentity = ManagedIdentity()

    @property
    def credential(self) -> ManagedIdentity:
        """Which of the machine's identities."""
        return self.managed

    @property
    def variables(self) -> tuple[str, ...]:
        """Those that tell what machine it is."""
        return surroundings.MACHINE

    @classmethod
    def read(cls, table: Table) -> Self:
        """With the identity that it names; where that signs in is Azure's business."""
        for key in ("tenant", "tenant_id", "domain", "authority", "account"):
            if key in table.values:
                raise table.mistake(
                    key, "a managed identity has its own", moves.configuration.leave_out(key, file=str(table.file))
                )
        client_id = identity.application_id(table) if {"client_id", "application_id"} & set(table.values) else ""
        return cls(managed.read_managed_identity(table, client_id))
