"""Who calls: a user of the tenant, by an access token for AKS that the emulator issued and that still lives.

Without a token nobody is let in, not even to /version: an API server started with --anonymous-auth=false. A token's
end is exact, as the real authenticator's is (reference/kubernetes.md section 5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keyturn_emulator.bearer.header import bearer_token
from keyturn_emulator.bearer.signing import TokenRefused
from keyturn_emulator.entra.directory.resources import AKS_SERVER

if TYPE_CHECKING:
    from starlette.datastructures import Headers

    from keyturn_emulator.bearer.signing import Claims
    from keyturn_emulator.bearer.tokens import AccessTokens
    from keyturn_emulator.entra.directory.principals import Tenant

AUDIENCES = (AKS_SERVER,)
EVERYBODY = "system:authenticated"


@dataclass(frozen=True)
class User:
    """What authorization knows of a caller: AKS takes the principal name or, of an application, the object id."""

    name: str
    object_id: str
    groups: tuple[str, ...] = (EVERYBODY,)

    def to_json(self) -> dict[str, object]:
        """As `kubectl auth whoami` shows it."""
        return {
            "username": self.name,
            "uid": self.object_id,
            "groups": list(self.groups),
            "extra": {"oid": [self.object_id]},
        }


@dataclass(frozen=True)
class Doorkeeper:
    """Checks tokens for one cluster, which trusts one tenant."""

    tokens: AccessTokens
    tenant: Tenant

    def admit(self, headers: Headers) -> User:
        """Who calls; TokenRefused with the reason, `anonymous` where there is no token."""
        claims = self.tokens.check(bearer_token(headers), AUDIENCES)
        if claims["tid"] != self.tenant.id:
            raise TokenRefused("tenant")
        return _user(claims)


def _user(claims: Claims) -> User:
    return User(str(claims.get("upn") or claims["oid"]), str(claims["oid"]))
