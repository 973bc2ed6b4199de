"""A refresh token for an access token of any resource (RFC 6749 section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn_emulator.entra.grants.call import OFFLINE
from keyturn_emulator.entra.requests.form import required

if TYPE_CHECKING:
    from keyturn_emulator.entra.answers import Answer
    from keyturn_emulator.entra.grants.call import Call

PARAMETERS = frozenset({"scope", "refresh_token"})


def perform(call: Call) -> Answer:
    """A token, and the next refresh token if `offline_access` is asked for; EntraError if the old one is no good."""
    text, asked = required(call.form, "refresh_token"), call.asked(required(call.form, "scope"))
    wanted = call.wanted
    family = call.entra.refresh_tokens.redeem(text, call.client)
    call.entra.policy.admit(asked, family.met)
    call.entra.refresh_tokens.spend(text)
    following = call.entra.refresh_tokens.rotate(family) if OFFLINE in asked.words else None
    return call.answer(family.user, asked, following, wanted)
