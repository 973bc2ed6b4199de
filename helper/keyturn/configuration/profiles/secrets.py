"""Where the secret of a flow comes from. Names of places, never a secret."""

from __future__ import annotations

import re

import msgspec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.configuration.tables import Table

_VARIABLE = r"[A-Za-z_][A-Za-z0-9_]*"
_EXAMPLE_VARIABLE = '"CLIENT_SECRET"'


class Typed(msgspec.Struct, frozen=True, tag_field="source", tag="typed"):
    """A person types it at the sign-in, or has entrusted it to the vault."""


class IfConfidential(msgspec.Struct, frozen=True, tag_field="source", tag="if-confidential"):
    """It was entrusted to the vault, unless the application is a public client, which has none."""


class IfProtected(msgspec.Struct, frozen=True, tag_field="source", tag="if-protected"):
    """What it opens may need none; else it was entrusted to the vault, or a person types it."""


class InVault(msgspec.Struct, frozen=True, tag_field="source", tag="vault"):
    """It was entrusted to the vault: `keyturn secret set PROFILE`."""


class InFile(msgspec.Struct, frozen=True, tag_field="source", tag="file"):
    """Its owner keeps it in a file."""

    file: str
    """An absolute path. Whether it can be read shows when it is needed."""


class InVariable(msgspec.Struct, frozen=True, tag_field="source", tag="environment"):
    """It stands in the daemon's environment."""

    variable: str


class Lent(msgspec.Struct, frozen=True, tag_field="source", tag="lent"):
    """Whoever asks brings it with the request, for that one acquisition: nothing is renewed without a caller."""

    variables: tuple[str, ...] = ()
    """Those of the caller's environment that hold it, the last that is set counts."""
    needed: bool = True
    """Whether nothing can be done without: not so for the passphrase of what may have none."""


SecretSource = Typed | IfConfidential | IfProtected | InVault | InFile | InVariable | Lent


def read_place(table: Table) -> InFile | InVariable | None:
    """Where `client_secret_file` or `client_secret_env` lead, None where neither is set. Raises ConfigError."""
    what = "the name of an environment variable"
    file, variable = table.path("client_secret_file"), table.text("client_secret_env", what, _EXAMPLE_VARIABLE)
    if file is not None:
        return InFile(file)
    if variable is not None and not re.fullmatch(_VARIABLE, variable):
        raise table.expected("client_secret_env", what, _EXAMPLE_VARIABLE)
    return None if variable is None else InVariable(variable)
