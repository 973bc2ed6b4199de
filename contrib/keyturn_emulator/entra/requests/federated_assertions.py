"""Assertions of other issuers, a cluster's or a CI system's, of one subject for one audience."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn_emulator.bearer.signing import TokenRefused, verify_signature
from keyturn_emulator.entra.refusals import EntraError, Kind

if TYPE_CHECKING:
    from keyturn_emulator.bearer.signing import Compact
    from keyturn_emulator.entra.directory.credentials import FederatedCredential
    from keyturn_emulator.entra.directory.principals import Application

WRONG_ISSUER = Kind(
    700211,
    "invalid_client",
    "No matching federated identity record found for presented assertion issuer '{issuer}'.",
    401,
)
WRONG_AUDIENCE = Kind(
    700212,
    "invalid_client",
    "No matching federated identity record found for presented assertion audience '{audience}'.",
    401,
)
WRONG_SUBJECT = Kind(
    700213,
    "invalid_client",
    "No matching federated identity record found for presented assertion subject '{subject}'.",
    401,
)
BAD_SIGNATURE = Kind(
    50013, "invalid_client", "Assertion failed signature validation. [Reason - The key was not found.]", 401
)


def verify(token: Compact, client: Application) -> None:
    """EntraError unless a federated credential of `client` fits it, letter for letter, and its issuer signed it."""
    credential = _credential(token, client)
    try:
        if token.header.get("alg") != "RS256":
            raise TokenRefused("algorithm")
        verify_signature(token, credential.key, "RS256")
    except TokenRefused:
        raise EntraError(BAD_SIGNATURE) from None


def _credential(token: Compact, client: Application) -> FederatedCredential:
    issuer, subject = str(token.claims.get("iss")), str(token.claims.get("sub"))
    audience = token.claims.get("aud")
    of_issuer = [known for known in client.federated if known.issuer == issuer]
    if not of_issuer:
        raise EntraError(WRONG_ISSUER, issuer=issuer)
    of_subject = [known for known in of_issuer if known.subject == subject]
    if not of_subject:
        raise EntraError(WRONG_SUBJECT, subject=subject)
    # One audience as a text or as a list of one; a token for several parties is for none of them alone.
    fitting = [known for known in of_subject if audience in (known.audience, [known.audience])]
    if not fitting:
        raise EntraError(WRONG_AUDIENCE, audience=str(audience))
    return fitting[0]
