"""Entra ID: one job, from what is stored or by its flow's grant."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec.structs import replace

from keyturn import hints, moves
from keyturn.errors import Bug, ConfigError, SignInNeeded
from keyturnd.acquire.entra import refresh
from keyturnd.acquire.entra.authentication.client import credential
from keyturnd.acquire.entra.grants import GRANTS
from keyturnd.acquire.entra.msal_client import MsalClient
from keyturnd.acquire.entra.session import Session
from keyturnd.acquire.failed import Failed
from keyturnd.acquire.network import reports
from keyturnd.acquire.network.transport import Transport
from keyturnd.messages.channel import Event
from keyturnd.messages.identities import EntraIdentity
from keyturnd.messages.states import EntraState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyturnd.acquire.channel import Channel
    from keyturnd.acquire.deadline import Deadline
    from keyturnd.acquire.entra.grants import Grant
    from keyturnd.messages.jobs import TokenJob
    from keyturnd.messages.outcomes import Result


def acquire(job: TokenJob, channel: Channel, deadline: Deadline) -> Result:
    """The token `job` asks for. Raises Failed."""
    assert isinstance(job.identity, EntraIdentity)
    if job.other_tenant is not None:
        job = replace(job, identity=_in_tenant(job.identity, job.other_tenant))
    grant = GRANTS.get(job.identity.flow)
    if grant is None:
        raise Failed(Bug, f"no acquisition for flow {job.identity.flow}", hints.restart_daemon())
    assert isinstance(job.identity, EntraIdentity)
    _check_authority(job.identity)
    transport = Transport(job.network, deadline)
    if job.watched:
        transport.report = lambda *exchange: channel.tell(Event("request", reports.line(*exchange)))
    proof = credential(job, channel, transport)
    session = Session(job, channel, deadline, MsalClient(transport, job.identity), {}, proof)
    with _told_of(job):
        result = _granted(session, grant)
    if job.registry is None:
        return result
    from keyturnd.acquire import acr  # noqa: PLC0415 - only registries pay for it

    channel.secrets = (*channel.secrets, result.access_token)
    return acr.exchange(job.registry, result, job.identity.profile, transport)


def _granted(session: Session, grant: Grant) -> Result:
    """Entra ID's own token: by the state there is, else by the grant that the profile's flow stands for.

    With a person waiting, a refused refresh is no end; without one, nothing a person has to do is begun.
    """
    if isinstance(session.job.state, EntraState):
        try:
            return refresh.acquire(session)
        except Failed as failed:
            if not (session.job.interactive and grant.person) or failed.failure.kind != SignInNeeded.kind:
                raise
    if grant.person and not session.job.interactive:
        profile = session.identity.profile
        raise Failed(SignInNeeded, f"profile {profile} is not signed in", hints.login(profile))
    return grant.acquire(session)


def _in_tenant(identity: EntraIdentity, tenant: str) -> EntraIdentity:
    """Who asks, of another tenant than its own: a registry takes tokens of the one that it is in alone.

    A sign-in is good for every tenant that its account is a guest in, an application for those that know it.
    """
    return replace(identity, authority=f"{identity.authority.rpartition('/')[0]}/{tenant}")


@contextmanager
def _told_of(job: TokenJob) -> Iterator[None]:
    """Whatever is said of a profile's tenant may be meant for the one that a registry is said to be in."""
    try:
        yield
    except Failed as failed:
        hint = failed.failure.hint or ""
        if job.registry is not None and job.other_tenant is not None and "`tenant`" in hint:
            place = f"{job.registry.login_server} in [targets.docker]"
            advice = moves.configuration.check("tenant", of=place, also=hint)
            failed.failure = replace(failed.failure, hint=advice)
        raise


def _check_authority(identity: EntraIdentity) -> None:
    try:
        parts = urlsplit(identity.authority)
        named = bool(parts.hostname and parts.path.strip("/")) and parts.port != 0
        sound = named and parts.scheme == "https" and parts.username is None
    except ValueError:
        sound = False
    if not sound:
        raise Failed(
            ConfigError,
            f"the authority of profile {identity.profile} is not an https URL with a tenant",
            moves.configuration.check("authority", "tenant", of=f"[profile.{identity.profile}]"),
        )
