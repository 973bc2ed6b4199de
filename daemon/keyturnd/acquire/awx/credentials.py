"""What a request to AWX is signed with: a user's password (Basic) or a token (Bearer)."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote_plus

from keyturn import moves
from keyturn.errors import ConfigError, one_line
from keyturnd.acquire.failed import Failed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyturnd.messages.identities import AwxIdentity
    from keyturnd.messages.states import AwxState


class Credential(NamedTuple):
    """The value of an Authorization header, and what it is good for. Secret."""

    header: str
    secret: str
    """What is secret in it: the password or the token."""
    writes: bool
    """Whether it may create and delete tokens. A controller lets no read token do so (reference/awx.md section 2)."""
    token_id: int = 0
    """The id of the token it is; 0 for a password."""

    @property
    def is_token(self) -> bool:
        """Whether it is no password."""
        return self.header.startswith("Bearer ")

    @property
    def forms(self) -> tuple[str, ...]:
        """How a server may quote it."""
        return self.header.partition(" ")[2], self.secret

    def __repr__(self) -> str:
        return f"Credential(token_id={self.token_id})"


def hidden_in(text: str, secrets: Iterable[str]) -> str:
    """`text` without the `secrets` a server was sent, which it may quote.

    Only texts of servers pass through here. A person's password can be any word, and cut out of our own sentences it
    would be the word that is missing there.
    """
    forms = {form for secret in secrets for form in (secret, one_line(secret))} - {""}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, "…")
    return text


class Client(NamedTuple):
    """What an application proves at the token endpoint who it is by. `secret` is empty for a public one. Secret."""

    client_id: str
    secret: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """For a confidential one (RFC 6749 section 2.3.1: form-encoded first)."""
        if not self.secret:
            return {}
        pair = f"{quote_plus(self.client_id)}:{quote_plus(self.secret)}".encode()
        return {"Authorization": f"Basic {b64encode(pair).decode()}"}

    @property
    def fields(self) -> dict[str, str]:
        """For a public one: by Basic with an empty secret it would be refused (reference/awx.md section 3)."""
        return {} if self.secret else {"client_id": self.client_id}

    def __repr__(self) -> str:
        return f"Client({self.client_id!r})"


def basic(identity: AwxIdentity, password: str) -> Credential:
    """The user's password (RFC 7617, in UTF-8). Raises Failed for a name that Basic cannot carry."""
    if ":" in identity.username:
        raise Failed(
            ConfigError,
            f"the username of profile {identity.profile} holds a colon, which no password sign-in can carry",
            moves.configuration.check("username", of=f"[profile.{identity.profile}]"),
        )
    pair = f"{identity.username}:{password}".encode("utf-8", "surrogateescape")
    return Credential(f"Basic {b64encode(pair).decode()}", password, writes=True)


def bearer(state: AwxState) -> Credential:
    """The token of `state`."""
    return Credential(f"Bearer {state.token}", state.token, writes=state.scope != "read", token_id=state.token_id)
