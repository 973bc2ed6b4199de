"""The flows of provider awx, each with the keys that it alone has (reference/awx.md sections 2 and 3)."""

from __future__ import annotations

import re
from typing import ClassVar, TypeAlias

from keyturn.configuration.profiles.flows.flow import Flow
from keyturn.configuration.profiles.secrets import InFile, InVariable, Typed, read_place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

    from keyturn.configuration.profiles.secrets import SecretSource
    from keyturn.configuration.tables import Table

_CLIENT_ID = r"[A-Za-z0-9._~-]{1,200}"
_EXAMPLE_CLIENT_ID = '"3yJqGn0Wc7Xr2kZp5sTdVb9aLhQe4uMf1oRiNxKy"'
_APPLICATION: dict[str, str] = {
    "client_id": "client id",
    "client_secret_file": "client secret",
    "client_secret_env": "client secret",
}


class Password(Flow, frozen=True, tag="password"):
    """A person's password, typed at the sign-in or entrusted to the vault, creates the tokens."""

    keys: ClassVar = {"keep_password": "password"}
    needs_username = True
    secret_name = "password"  # noqa: S105 - a name, not a secret

    keep_password: bool = False
    """Whether a password typed at a sign-in is entrusted to the vault."""

    @property
    def secret_source(self) -> SecretSource:
        """A person, or the vault."""
        return Typed()

    @property
    def keeps_typed(self) -> bool:
        """As config.toml says."""
        return self.keep_password

    @classmethod
    def read(cls, table: Table) -> Self:
        """With the choice to keep what is typed."""
        return cls(table.flag("keep_password", default=False))


class ExistingToken(Flow, frozen=True, tag="token"):
    """A token that somebody else has made, pasted at the sign-in or entrusted to the vault. It is never deleted."""

    secret_name = "token"  # noqa: S105 - a name, not a secret

    @property
    def secret_source(self) -> SecretSource:
        """A person, or the vault."""
        return Typed()


class PasswordGrant(Flow, frozen=True, tag="password-grant"):
    """An application's token by a person's password (RFC 6749 section 4.3), renewed by its refresh token.

    Ordinary users of a gateway get an application's token in no other way without a browser.
    """

    keys: ClassVar = {"keep_password": "password", **_APPLICATION}
    exclusive = (("client_secret_file", "client_secret_env"),)
    needs_username = True
    needs_application = True
    secret_name = "password"  # noqa: S105 - a name, not a secret

    client_id: str = ""
    client_secret: InFile | InVariable | None = None
    """None where the application is a public one."""
    keep_password: bool = False

    @property
    def secret_source(self) -> SecretSource:
        """A person, or the vault."""
        return Typed()

    @property
    def client_secret_source(self) -> SecretSource | None:
        """Where the application's own secret is."""
        return self.client_secret

    @property
    def keeps_typed(self) -> bool:
        """As config.toml says."""
        return self.keep_password

    @classmethod
    def read(cls, table: Table) -> Self:
        """With the application it asks for, and the choice to keep what is typed."""
        return cls(_client_id(table), read_place(table), table.flag("keep_password", default=False))


class BrowserGrant(Flow, frozen=True, tag="browser"):
    """An application's token by a sign-in in the browser (RFC 6749 section 4.1, RFC 7636): the way of SSO users."""

    keys: ClassVar = _APPLICATION
    exclusive = (("client_secret_file", "client_secret_env"),)
    needs_application = True

    client_id: str = ""
    client_secret: InFile | InVariable | None = None

    @property
    def client_secret_source(self) -> SecretSource | None:
        """Where the application's own secret is."""
        return self.client_secret

    @classmethod
    def read(cls, table: Table) -> Self:
        """With the application it asks for."""
        return cls(_client_id(table), read_place(table))


AwxFlow: TypeAlias = Password | ExistingToken | PasswordGrant | BrowserGrant
FLOWS: tuple[type[AwxFlow], ...] = (Password, ExistingToken, PasswordGrant, BrowserGrant)


def _client_id(table: Table) -> str:
    what = "the client id of the application"
    found = table.text("client_id", what, _EXAMPLE_CLIENT_ID)
    if found is None or not re.fullmatch(_CLIENT_ID, found):
        raise table.expected("client_id", what, _EXAMPLE_CLIENT_ID)
    return found
