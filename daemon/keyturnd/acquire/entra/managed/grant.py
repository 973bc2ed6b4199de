"""A token of an identity that Azure manages: nobody's secret, asked for beside the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn import moves
from keyturn.configuration.profiles.credentials.managed import ManagedIdentity
from keyturn.configuration.profiles.scopes import DEFAULT_SUFFIX
from keyturn.errors import Bug, ProviderUnreachable
from keyturn.protocols.surroundings import TOKENS
from keyturnd.acquire.entra.managed import answered, arc
from keyturnd.acquire.entra.managed.asked import Asked, asked_of
from keyturnd.acquire.failed import Failed, beside
from keyturnd.acquire.network import trust
from keyturnd.acquire.network.transport import Answer, Transport

if TYPE_CHECKING:
    from keyturnd.acquire.entra.session import Session
    from keyturnd.messages.outcomes import Result

PATIENCE = 5.0
"""Seconds for one exchange with what stands on this machine or its link. Off Azure nobody is there, and a program
that tries every way to sign in waits for each."""
STATUS, NO_REASON = "status-", "status-500"


def acquire(session: Session) -> Result:
    """A token of the machine's identity. Raises Failed."""
    job, identity = session.job, session.identity.credential
    if not isinstance(identity, ManagedIdentity):
        raise Failed(Bug, "no managed identity was named", moves.waiting.report())
    session.channel.secrets = (
        *session.channel.secrets,
        *(job.variables[name] for name in TOKENS if job.variables.get(name)),
    )
    asked = asked_of(job.variables, identity, job.scopes[0].removesuffix(DEFAULT_SUFFIX))
    with beside():
        return answered.result(_answer(asked, session), asked, identity, job.scopes)


def _answer(asked: Asked, session: Session) -> Answer:
    trusted = trust.pinned(asked.thumbprint) if asked.thumbprint else None
    transport = Transport(session.job.network, session.deadline, trusted=trusted)
    transport.limit = PATIENCE
    try:
        return arc.exchange(asked.request, transport) if asked.challenged else transport.exchange(asked.request)
    except Failed as failed:
        raise _explained(failed, asked) from None


def _explained(failed: Failed, asked: Asked) -> Failed:
    """No answer means that this is no machine of Azure's. A 500 is App Service's word for a resource that is none."""
    failure = failed.failure
    if failure.kind != ProviderUnreachable.kind or failure.retry_after is not None:
        return failed
    if failure.code.startswith(STATUS):
        hint = moves.machines.resource() if failure.code == NO_REASON else moves.waiting.later()
        status = failure.code.removeprefix(STATUS)
        return Failed(ProviderUnreachable, f"{asked.source} gave no token (status {status})", hint)
    return Failed(ProviderUnreachable, f"no managed identity: {failure.sentence}", moves.machines.on_azure())
