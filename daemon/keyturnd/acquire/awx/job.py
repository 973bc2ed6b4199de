"""AWX: which grant performs a flow. A fixed table: no module is imported because a message names it.

No failure here says `state_dead`: what the state tells of tokens left on the server must outlive any refusal, and a
token that is refused today may be good tomorrow (a user disabled for a while). The next sign-in replaces it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from keyturn.errors import Bug
from keyturnd.acquire.awx import pasted, personal
from keyturnd.acquire.awx.api import Api
from keyturnd.acquire.awx.application import code, pairs
from keyturnd.acquire.awx.asking.job import answer
from keyturnd.acquire.awx.dialects import discover
from keyturnd.acquire.awx.ending import revocation, settling
from keyturnd.acquire.awx.refusals import needs_person
from keyturnd.acquire.awx.server import Server
from keyturnd.acquire.awx.session import Session
from keyturnd.acquire.failed import Failed
from keyturnd.messages.identities import AwxIdentity
from keyturnd.messages.jobs import AskJob, RevokeJob, SettleJob
from keyturnd.messages.states import AwxState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from keyturnd.acquire.channel import Channel
    from keyturnd.acquire.deadline import Deadline
    from keyturnd.messages.jobs import TokenJob
    from keyturnd.messages.outcomes import Outcome, Result

    AwxJob = TokenJob | RevokeJob | SettleJob | AskJob


class Grant(NamedTuple):
    """How a flow gets a token: with a person's help, or with what the vault holds (the entrusted secret is given)."""

    attended: Callable[[Session], Result]
    silent: Callable[[Session, str | None], Result]


GRANTS: Mapping[str, Grant] = {
    "password": Grant(personal.typed, personal.silently),
    "token": Grant(pasted.typed, pasted.silently),
    "password-grant": Grant(pairs.typed, pairs.silently),
    "browser": Grant(code.by_browser, pairs.silently),
}


def perform(job: AwxJob, channel: Channel, deadline: Deadline) -> Outcome:
    """Do whatever `job` is. Raises Failed."""
    match job:
        case RevokeJob():
            return revocation.revoke(job, channel, deadline)
        case SettleJob():
            return settling.settle(job, channel, deadline)
        case AskJob():
            return answer(job, deadline)
    return acquire(job, channel, deadline)


def acquire(job: TokenJob, channel: Channel, deadline: Deadline) -> Result:
    """The token `job` asks for. Raises Failed."""
    identity, state = job.identity, job.state
    if not isinstance(identity, AwxIdentity) or not (state is None or isinstance(state, AwxState)):
        raise Failed(Bug, "the acquisition process was sent a job of two providers")
    api, grant = Api(identity, job.network, deadline), GRANTS[identity.flow]
    if not job.interactive and not job.secret and not (state and state.token):
        raise needs_person(api, "nobody is signed in")
    server = Server(api, discover(api))
    session = Session(identity, channel, server, state, job.client_secret, elsewhere=job.elsewhere)
    return grant.attended(session) if job.interactive else grant.silent(session, job.secret)
