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
    from keyturnd.acquire.awx_cleanup import Cleaned
    from keyturnd.acquire.awx_credentials import Credential
    from keyturnd.acquire.deadline import Deadline
    from keyturnd.messages import AwxState, RevokeJob


def revoke(job: RevokeJob, deadline: Deadline) -> Done:
    """Delete it all. Raises Failed when something may be left."""
    if not (job.state.token_id or job.state.superseded or job.state.intent):
        return Done()
    api = Api(job.identity, job.network, deadline)
    try:
        server = Server(api, tokens_url(api))
    except NoTokens:
        return Done()  # an upgrade that takes the tokens away ends every one of them (awx#15666)
    # The token itself is one of those to delete, and the last: it may be what the others are deleted with.
    doomed = replace(job.state, token_id=0, superseded=(*job.state.superseded, job.state.token_id))
    ...
    return Done()
