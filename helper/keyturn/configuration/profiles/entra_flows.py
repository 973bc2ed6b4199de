"""The flows of provider entra, each with the keys that it alone has."""

from __future__ import annotations

from typing import ClassVar, TypeAlias

from keyturn.configuration.profiles.flow import Flow
from keyturn.configuration.profiles.secrets import InFile, InVariable, InVault, read_place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

    from keyturn.configuration.profiles.secrets import SecretSource
    from keyturn.configuration.tables import Table


class DeviceCode(Flow, frozen=True, tag="device-code"):
    """A person signs in on another screen with a code (RFC 8628)."""


class ClientSecret(Flow, frozen=True, tag="client-secret"):
    """An application signs in as itself with a secret (RFC 6749 section 4.4)."""

    keys: ClassVar = {"client_secret_file": "secret", "client_secret_env": "secret"}
    exclusive = (("client_secret_file", "client_secret_env"),)
    needs_own_tenant = True
    for_application = True
    secret_name = "client secret"  # noqa: S105 - a name, not a secret

    secret: InVault | InFile | InVariable = InVault()

    @property
    def secret_source(self) -> SecretSource:
        """Where the client secret is."""
        return self.secret

    @classmethod
    def read(cls, table: Table) -> Self:
        """With the place its secret comes from."""
        return cls(read_place(table) or InVault())


EntraFlow: TypeAlias = DeviceCode | ClientSecret
FLOWS: tuple[type[EntraFlow], ...] = (DeviceCode, ClientSecret)
LATER_FLOWS = (
    "browser",
    "client-certificate",
    "refresh-token",
    "workload-identity",
    "managed-identity",
    "confidential-browser",
)
