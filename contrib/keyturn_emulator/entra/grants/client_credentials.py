"""An application in its own name (RFC 6749 section 4.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn_emulator.entra import refusals
from keyturn_emulator.entra.refusals import EntraError
from keyturn_emulator.entra.requests.form import required
from keyturn_emulator.entra.requests.scopes import application_scope

if TYPE_CHECKING:
    from keyturn_emulator.entra.answers import Answer
    from keyturn_emulator.entra.grants.call import Call

PARAMETERS = frozenset({"scope"})


def perform(call: Call) -> Answer:
    """An access token; EntraError for a public client, without a tenant, or for more than one resource."""
    if call.tenant is None:
        # There is no user whose tenant it could be.
        raise EntraError(refusals.NO_TENANT)
    if call.client.public:
        raise EntraError(refusals.SECRET_MISSING)
    asked = application_scope(required(call.form, "scope"), call.tenant)
    wanted = call.wanted
    call.entra.policy.admit(asked, None)
    return call.entra.answers.for_application(
        call.client, asked, call.base, proof=call.proof, tenant=call.tenant, wanted=wanted
    )
