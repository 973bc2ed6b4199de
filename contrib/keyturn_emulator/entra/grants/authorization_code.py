"""A code from the browser for tokens (RFC 6749 section 4.1.3, RFC 7636 section 4.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn_emulator.entra.ordered import ORDERED
from keyturn_emulator.entra.refusals import EntraError
from keyturn_emulator.entra.requests.form import required

if TYPE_CHECKING:
    from keyturn_emulator.entra.answers import Answer
    from keyturn_emulator.entra.grants.call import Call

PARAMETERS = frozenset({"code", "redirect_uri", "code_verifier", "scope"})


def perform(call: Call) -> Answer:
    """The tokens of the sign-in; EntraError for a code that is not this client's, place's and verifier's."""
    form, wanted = call.form, call.wanted
    code = call.entra.codes.redeem(
        required(form, "code"), call.client, required(form, "redirect_uri"), form.get("code_verifier")
    )
    request = code.request
    asked = call.asked(form["scope"]) if "scope" in form else request.asked
    if not asked.within(request.asked):
        raise EntraError(ORDERED[65001])
    said = wanted if "claims" in form else request.wanted
    return call.sign_in(code.user, asked, request.wanted.wanted, said, request.nonce)
