"""The flows of provider entra, each with the keys that it alone has."""

from __future__ import annotations

from typing import ClassVar, TypeAlias

from keyturn import moves
from keyturn.configuration.profiles import identity, sign_in_page
from keyturn.configuration.profiles.credentials import certificates, federation, managed
from keyturn.configuration.profiles.credentials.certificates import Certificate
from keyturn.configuration.profiles.credentials.federation import Federation
from keyturn.configuration.profiles.credentials.managed import ManagedIdentity
from keyturn.configuration.profiles.flow import Flow
from keyturn.configuration.profiles.passing_flows import AzureCli, OnBehalfOf
from keyturn.configuration.profiles.secrets import (
    IfConfidential,
    IfProtected,
    InFile,
    InVariable,
    InVault,
    Lent,
    read_place,
)
from keyturn.configuration.profiles.sign_in_page import SignInPage
from keyturn.protocols import surroundings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

    from keyturn.configuration.profiles.secrets import SecretSource
    from keyturn.configuration.tables import Table


class DeviceCode(Flow, frozen=True, tag="device-code"):
    """A person signs in on another screen with a code (RFC 8628)."""


class Browser(Flow, frozen=True, tag="browser"):
    """A person signs in with the browser (RFC 6749 section 4.1, with PKCE)."""

    keys: ClassVar = sign_in_page.KEYS

    page: SignInPage = SignInPage()

    @property
    def sign_in_page(self) -> SignInPage:
        """What the configuration says of it."""
        return self.page

    @classmethod
    def read(cls, table: Table) -> Self:
        """With its wishes for the page."""
        return cls(SignInPage.read(table))


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


class ConfidentialBrowser(Flow, frozen=True, tag="confidential-browser"):
    """A person signs in with the browser to an application that proves itself with a secret or a certificate."""

    keys: ClassVar = {**ClientSecret.keys, **certificates.KEYS, **Browser.keys}
    exclusive = SECRET_OR_CERTIFICATE
    secret_name = ClientSecret.secret_name

    secret: InVault | InFile | InVariable = InVault()
    certificate: Certificate | None = None
    page: SignInPage = SignInPage()

    @property
    def sign_in_page(self) -> SignInPage:
        """What the configuration says of it."""
        return self.page

    @property
    def secret_source(self) -> SecretSource:
        """Where that of the application is."""
        return self.secret if self.certificate is None else IfProtected()

    @property
    def credential(self) -> Certificate | None:
        """The certificate, if it has one."""
        return self.certificate

    @classmethod
    def read(cls, table: Table) -> Self:
        """With what its application proves itself with, and its wishes for the page."""
        certificate = certificates.read_certificate(table)
        return cls(read_place(table) or InVault(), certificate, SignInPage.read(table))


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


class RefreshToken(Flow, frozen=True, tag="refresh-token"):
    """A refresh token that somebody got elsewhere brings that person's tokens (RFC 6749 section 6).

    Of a public client, or of an application that proves itself with a secret or a certificate.
    """

    keys: ClassVar = {**ClientSecret.keys, **certificates.KEYS}
    exclusive = SECRET_OR_CERTIFICATE
    secret_name = ClientSecret.secret_name
    entrusts = "refresh token"

    secret: InVault | InFile | InVariable = InVault()
    certificate: Certificate | None = None

    @property
    def secret_source(self) -> SecretSource:
        """Where that of the application is; the vault holds none for a public client."""
        if self.certificate is not None:
            return IfProtected()
        return IfConfidential() if isinstance(self.secret, InVault) else self.secret

    @property
    def credential(self) -> Certificate | None:
        """The certificate, if it has one."""
        return self.certificate

    @classmethod
    def read(cls, table: Table) -> Self:
        """With what its application proves itself with."""
        return cls(read_place(table) or InVault(), certificates.read_certificate(table))


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


EntraFlow: TypeAlias = (
    Browser
    | DeviceCode
    | ClientSecret
    | ClientCertificate
    | ConfidentialBrowser
    | RefreshToken
    | WorkloadIdentity
    | OfMachine
    | AzureCli
    | OnBehalfOf
)
FLOWS: tuple[type[EntraFlow], ...] = (
    Browser,
    DeviceCode,
    ClientSecret,
    ClientCertificate,
    ConfidentialBrowser,
    RefreshToken,
    WorkloadIdentity,
    OfMachine,
)
