"""An application asks on behalf of the user whose access token it was sent (RFC 7523 section 2.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from keyturn.errors import ConfigError
from keyturnd.acquire.entra import outcome
from keyturnd.acquire.entra.refusals import Refusal
from keyturnd.acquire.failed import Failed

if TYPE_CHECKING:
    from keyturnd.acquire.entra.session import Session
    from keyturnd.messages.outcomes import Result


def acquire(session: Session) -> Result:
    """A token of that user for the job's scopes.

    msal asks for a refresh token too, which nobody wanted: it would outlive what the user had granted.
    """
    assertion = session.job.assertion
    if assertion is None or session.credential.for_msal is None:
        raise Failed(ConfigError, "on-behalf-of takes a user's token, and an application that proves itself")
    application = session.application()
    answer = application.acquire_token_on_behalf_of(
        assertion, session.user_scopes, claims_challenge=session.job.claims
    )
    if "access_token" not in answer:
        raise session.credential.explained(Refusal.read(answer).failed(session.identity, of_user=True))
    owner = outcome.owner_of(session.exchanged().answer).completed(None, application.authority.tenant)
    result = session.result(owner)
    kept = {name: value for name, value in result.details.items() if name != "refresh_token"}
    return msgspec.structs.replace(result, details=kept)
