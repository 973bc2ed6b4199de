"""The flows of provider entra that bring a person's tokens."""

from __future__ import annotations

from typing import ClassVar

from keyturn.configuration.profiles.credentials import certificates
from keyturn.configuration.profiles.credentials.certificates import Certificate  # noqa: TC001 - msgspec reads it
from keyturn.configuration.profiles.flows import sign_in_page
from keyturn.configuration.profiles.flows.applications import SECRET_OR_CERTIFICATE, ClientSecret
from keyturn.configuration.profiles.flows.flow import Flow
from keyturn.configuration.profiles.flows.sign_in_page import SignInPage
from keyturn.configuration.profiles.secrets import (
    IfConfidential,
    IfProtected,
    InFile,
    InVariable,
    InVault,
    read_place,
)

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
