"""Who may in: only who brings an access token the emulator issued, for Azure DevOps, of this tenant, alive."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import PlainTextResponse

from keyturn_emulator.bearer.header import credentials
from keyturn_emulator.bearer.signing import Claims, TokenRefused
from keyturn_emulator.entra.directory.resources import AZURE_DEVOPS

if TYPE_CHECKING:
    from starlette.datastructures import Headers
    from starlette.responses import Response

    from keyturn_emulator.bearer.tokens import AccessTokens
    from keyturn_emulator.entra.directory.principals import Tenant

AUDIENCES = (AZURE_DEVOPS,)
NOT_AUTHORISED = "TF400813: The user '' is not authorized to access this resource."


@dataclass(frozen=True)
class Doorkeeper:
    """Checks tokens for one host. `authority` and `git`: base URLs for the challenge."""

    tokens: AccessTokens
    tenant: Tenant
    authority: str
    git: str

    def admit(self, headers: Headers) -> Claims:
        """The claims of who asks; TokenRefused with the reason, `anonymous` if nobody does."""
        claims = self.tokens.check(presented(headers), AUDIENCES)
        if claims["tid"] != self.tenant.id:
            raise TokenRefused("tenant")
        return claims

    def challenge(self, claims: str | None = None) -> Response:
        """Azure Repos' 401: three schemes in this order, and the tenant (reference/git.md section 4).

        claims: what the next token has to be got with; its challenge comes first (reference/entra.md section 4).
        """
        answer = PlainTextResponse(NOT_AUTHORISED, 401)
        authorization_uri = f"{self.authority}/{self.tenant.id}"
        if claims is not None:
            wanted = base64.b64encode(claims.encode()).decode()
            answer.headers.append(
                "WWW-Authenticate",
                f'Bearer realm="", authorization_uri="{authorization_uri}/oauth2/authorize", '
                f'error="insufficient_claims", claims="{wanted}"',
            )
        answer.headers.append("WWW-Authenticate", f"Bearer authorization_uri={authorization_uri}")
        answer.headers.append("WWW-Authenticate", f'Basic realm="{self.git}/"')
        answer.headers.append("WWW-Authenticate", "TFS-Federated")
        answer.headers["X-VSS-ResourceTenant"] = self.tenant.id
        answer.headers["X-TFS-ServiceError"] = quote(NOT_AUTHORISED)
        return answer


def presented(headers: Headers) -> str:
    """The token: Bearer's, or the password of Basic, whatever the user name. Raises TokenRefused."""
    scheme, rest = credentials(headers)
    if scheme == "bearer":
        return rest
    if scheme != "basic":
        raise TokenRefused("scheme")
    try:
        _, _, password = base64.b64decode(rest, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise TokenRefused("malformed") from None
    if not password:
        # git sends `org:` with nothing behind it when the URL has a user name.
        raise TokenRefused("empty")
    return password
