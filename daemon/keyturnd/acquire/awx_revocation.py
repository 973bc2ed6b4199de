"""Ends on an AWX what a profile holds there: its token, and what is left of earlier ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from keyturn.errors import ProviderRefused, SignInNeeded
from keyturnd.acquire import awx_cleanup
from keyturnd.acquire.awx_api import Api
from keyturnd.acquire.awx_credentials import basic, bearer
from keyturnd.acquire.awx_dialects import NoTokens, tokens_url
from keyturnd.acquire.awx_refusals import Denied
from keyturnd.acquire.awx_server import Server
from keyturnd.acquire.failed import Failed
from keyturnd.messages import Done

if TYPE_CHECKING:
    from keyturnd.acquire.awx_credentials import Credential
    from keyturnd.acquire.deadline import Deadline
    from keyturnd.messages import AwxState, RevokeJob


def revoke(job: RevokeJob, deadline: Deadline) -> Done:
    """Delete it all. Raises Failed when something may be left."""
    if not (job.state.token or _has_remains(job.state)):
        return Done()
    api = Api(job.identity, job.network, deadline)
    try:
        server = Server(api, tokens_url(api))
    except NoTokens:
        return Done()  # an upgrade that takes the tokens away ends every one of them (awx#15666)
    doomed, credentials = _doomed(server, job)
    cleaned = awx_cleanup.clean(server, doomed, credentials)
    if _has_remains(cleaned.state):
        raise _undone(api, cleaned.failed, job)
    return Done()


def _has_remains(state: AwxState) -> bool:
    return bool(state.superseded or state.intent)


def _doomed(server: Server, job: RevokeJob) -> tuple[AwxState, list[Credential]]:
    """What to delete, and with what. A token the server does not take any more is as good as deleted."""
    state, credentials = replace(job.state, token_id=0), []
    if job.state.token and server.is_alive(bearer(job.state)):
        credentials.append(bearer(job.state))
        state = replace(state, superseded=(*state.superseded, job.state.token_id))
    if job.secret:
        credentials.append(basic(job.identity, job.secret))
    return state, credentials


def _undone(api: Api, failed: Failed | None, job: RevokeJob) -> Failed:
    profile = job.identity.profile
    if failed is not None and not (isinstance(failed, Denied) and failed.other_credential):
        return failed
    hint = f"keyturn secret set {profile}, then: keyturn logout {profile}"
    if job.secret and failed is not None:
        return Failed(ProviderRefused, failed.failure.sentence, hint)
    sentence = f"only the password of {job.identity.username} can delete what profile {profile} has at {api.place}"
    return Failed(SignInNeeded, sentence, hint)
