"""What a profile asks of the provider's sign-in page, where a person signs in with a browser."""

from __future__ import annotations

import msgspec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

    from keyturn.configuration.tables import Table

PROMPTS = ("select_account", "login", "consent")
"""OpenID Connect Core section 3.1.2.1; its fourth, none, asks for no page at all."""
KEYS = {"prompt": "prompt", "domain_hint": "domain hint"}


class SignInPage(msgspec.Struct, frozen=True):
    """Parameters of the authorization request; None leaves one out."""

    prompt: str | None = None
    """What is asked in any case, even of who is signed in there already."""
    domain_hint: str | None = None
    """Whose accounts to expect: contoso.example, organizations or consumers."""
    login_hint: str | None = None
    """Which account the page begins with, whoever signs in then. Of no profile, whose `account` binds."""

    @classmethod
    def read(cls, table: Table) -> Self:
        """As `table` has it. Raises ConfigError."""
        return cls(
            table.choice("prompt", PROMPTS),
            table.text("domain_hint", "the domain of the accounts", '"contoso.example"'),
        )
