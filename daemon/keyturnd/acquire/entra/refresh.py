"""A signed-in user's next token (RFC 6749 section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn.errors import SignInNeeded
from keyturn.hints import entrust
from keyturnd.acquire.entra import outcome
from keyturnd.acquire.entra.refusals import Refusal
from keyturnd.acquire.failed import Failed
from keyturnd.messages.states import EntraState

if TYPE_CHECKING:
    from keyturnd.acquire.entra.session import Session
    from keyturnd.messages.outcomes import Result


def acquire(session: Session) -> Result:
    """A token from the job's state. A new refresh token is durable before the result leaves (DESIGN rule 5.3)."""
    state, profile = session.job.state, session.identity.profile
    if not isinstance(state, EntraState):
        raise Failed(SignInNeeded, f"profile {profile} has no refresh token", entrust(profile))
    application = session.application()
    answer = application.acquire_token_by_refresh_token(
        state.refresh_token, session.user_scopes, data={"claims": session.claims}
    )
    if "access_token" not in answer:
        refusal = Refusal.read(answer).failed(session.identity, of_user=True, refresh=True, account=state.account)
        raise session.credential.explained(refusal)
    exchange = session.exchanged()
    owner = outcome.owner_of(exchange.answer).completed(state, application.authority.tenant)
    if session.job.other_tenant is not None and owner.home_account_id == state.home_account_id and state.account:
        owner = owner._replace(username=state.account)  # a guest may go by another name there
    rotated = outcome.state(exchange.answer, owner, state)
    if rotated is not None:
        session.channel.seal(rotated)
    return session.result(owner)
