"""A user's token for this client, for one for the next resource (RFC 7523 section 2.1, Entra's on-behalf-of)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn_emulator.bearer.signing import TokenRefused
from keyturn_emulator.entra import refusals
from keyturn_emulator.entra.refusals import EntraError, Kind
from keyturn_emulator.entra.requests.form import malformed, required

if TYPE_CHECKING:
    from keyturn_emulator.bearer.signing import Claims
    from keyturn_emulator.entra.answers import Answer
    from keyturn_emulator.entra.directory.principals import User
    from keyturn_emulator.entra.grants.call import Call

PARAMETERS = frozenset({"assertion", "requested_token_use", "scope"})

NOT_GOOD = Kind(50013, "invalid_grant", "Assertion failed signature validation, or is not for this application.")
EXPIRED = Kind(500133, "invalid_grant", "Assertion is not within its valid time range.")
NO_USER = Kind(
    7000114, "invalid_grant", "Application '{client}' is not allowed to make application on-behalf-of calls."
)


def perform(call: Call) -> Answer:
    """A token for the user of the assertion, and a refresh token if the scope asks for one; EntraError if not."""
    if call.client.public:
        raise EntraError(refusals.SECRET_MISSING)
    if required(call.form, "requested_token_use") != "on_behalf_of":
        raise malformed("an unknown use of the requested token")
    asked, wanted = call.asked(required(call.form, "scope")), call.wanted
    claims = _claims(required(call.form, "assertion"), call)
    return call.sign_in(_user(claims, call), asked, {}, wanted)


def _claims(assertion: str, call: Call) -> Claims:
    """Of an access token whose audience is the client that presents it: what a middle tier has been sent."""
    try:
        return call.entra.tokens.check(assertion, call.client.audiences)
    except TokenRefused as refused:
        raise EntraError(EXPIRED if refused.reason == "expired" else NOT_GOOD) from None


def _user(claims: Claims, call: Call) -> User:
    user = call.entra.registry.find_user(str(claims.get("upn")))
    if user is None:
        raise EntraError(NO_USER, client=call.client.id)
    return user
