"""What the server has on record: applications, access tokens and refresh tokens."""

from __future__ import annotations

import hashlib
import secrets
import string
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyturn_emulator.awx.state.people import User
    from keyturn_emulator.clock import Clock

ALPHABET = string.ascii_letters + string.digits
TOKEN_LENGTH, CLIENT_ID_LENGTH, CLIENT_SECRET_LENGTH = 30, 40, 128


@dataclass(eq=False)
class Application:
    """A registered client. A public one has a secret too, which nobody ever gets to see."""

    id: int
    name: str
    client_type: str
    grant: str
    created: float
    modified: float
    creator: User
    redirect_uris: str = ""
    description: str = ""
    client_id: str = field(default_factory=lambda: random_text(CLIENT_ID_LENGTH), repr=False)
    secret: str = field(default_factory=lambda: random_text(CLIENT_SECRET_LENGTH), repr=False)

    @property
    def confidential(self) -> bool:
        """Whether it has to prove itself by its secret."""
        return self.client_type == "confidential"


@dataclass(eq=False)
class RefreshToken:
    """Good for another pair; `access` is None once that token is gone, which breaks it (DOT#585)."""

    application: Application
    user: User
    created: float
    access: AccessToken | None
    revoked: bool = False
    # The pair that it was changed for, and when.
    successor: AccessToken | None = None
    spent: float = 0.0
    value: str = field(default_factory=lambda: random_text(TOKEN_LENGTH), repr=False)


@dataclass(eq=False)
class AccessToken:
    """A personal token, or one of an application's pair. Times are seconds since the epoch."""

    id: int
    user: User
    scope: str
    description: str
    application: Application | None
    created: float
    modified: float
    expires: float
    last_used: float | None = None
    refresh: RefreshToken | None = None
    value: str = field(default_factory=lambda: random_text(TOKEN_LENGTH), repr=False)

    @property
    def may_read(self) -> bool:
        """Whether its scope allows anything; `openid` and `roles` alone do not."""
        return bool({"read", "write"} & set(self.scope.split()))

    @property
    def may_write(self) -> bool:
        """Whether its scope allows more than reading."""
        return "write" in self.scope.split()


class Store:
    """The tables of one server."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.tokens: dict[int, AccessToken] = {}
        self.applications: dict[int, Application] = {}
        self._refresh: dict[str, RefreshToken] = {}
        self._last_id = 0

    def register(
        self,
        name: str,
        client_type: str,
        grant: str,
        creator: User,
        *,
        redirect_uris: str = "",
        description: str = "",
    ) -> Application:
        """A new application."""
        now = self._clock.now()
        made = Application(self._next_id(), name, client_type, grant, now, now, creator, redirect_uris, description)
        self.applications[made.id] = made
        return made

    def issue(
        self, user: User, scope: str, lifetime: int, application: Application | None = None, description: str = ""
    ) -> AccessToken:
        """A new token, with a refresh token if it is an application's; `lifetime` in seconds."""
        now = self._clock.now()
        made = AccessToken(self._next_id(), user, scope, description, application, now, now, now + lifetime)
        if application is not None:
            made.refresh = RefreshToken(application, user, now, made)
            self._refresh[made.refresh.value] = made.refresh
        self.tokens[made.id] = made
        return made

    def find(self, value: str) -> AccessToken | None:
        """The token of that value, expired ones too: they stay on record."""
        return next((token for token in self.tokens.values() if token.value == value), None)

    def lives(self, token: AccessToken) -> bool:
        """Whether it is accepted."""
        return token.id in self.tokens and self._clock.now() < token.expires

    def delete(self, token: AccessToken) -> None:
        """Drop the row; its refresh token stays, and is broken from now on."""
        self.tokens.pop(token.id, None)
        if token.refresh is not None:
            token.refresh.access = None

    def find_refresh(self, value: str) -> RefreshToken | None:
        """The refresh token of that value, revoked ones too."""
        return self._refresh.get(value)

    def revoke_refresh(self, refresh: RefreshToken) -> None:
        """End it, and with it its access token."""
        refresh.revoked = True
        if refresh.access is not None:
            self.delete(refresh.access)

    def unregister(self, application: Application) -> None:
        """Drop an application with everything that was issued to it."""
        self.applications.pop(application.id, None)
        self.tokens = {key: token for key, token in self.tokens.items() if token.application is not application}
        self._refresh = {
            value: refresh for value, refresh in self._refresh.items() if refresh.application is not application
        }

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id


def random_text(length: int) -> str:
    """Letters and digits, as Django's generators draw them."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def hashed(value: str) -> str:
    """What stands for a token's value in the tables of newer gateways."""
    return f"$sha256${hashlib.sha256(value.encode()).hexdigest()}"
