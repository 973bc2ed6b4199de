"""A signed-in user's next token (RFC 6749 section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturnd.acquire.entra import outcome
from keyturnd.acquire.entra.refusals import Refusal

if TYPE_CHECKING:
    from keyturnd.acquire.entra.session import Session
    from keyturnd.messages import EntraState, Result


def acquire(session: Session, state: EntraState) -> Result:
    """A token from `state`. A new refresh token is durable before the result leaves (DESIGN rule 5.3)."""
    application = session.application()
    answer = application.acquire_token_by_refresh_token(
        state.refresh_token, session.user_scopes, data={"claims": session.claims}
    )
    if "access_token" not in answer:
        raise Refusal.read(answer).failed(session.identity.profile, of_user=True, refresh=True)
    exchange = session.exchanged()
    owner = outcome.owner_of(exchange.answer).completed(state, application.authority.tenant)
    rotated = outcome.state(exchange.answer, owner, state)
    if rotated is not None:
        session.channel.seal(rotated)
    return session.result(owner)
