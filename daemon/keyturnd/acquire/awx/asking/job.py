"""Answers one question of a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyturn import hints
from keyturnd.acquire.awx import passwords
from keyturnd.acquire.awx.api import Api
from keyturnd.acquire.awx.asking import questions
from keyturnd.acquire.awx.asking.desk import Desk
from keyturnd.acquire.awx.credentials import basic, bearer
from keyturnd.acquire.awx.dialects import discover
from keyturnd.acquire.awx.refusals import Denied, TokenGone
from keyturnd.acquire.awx.server import Server
from keyturnd.messages.outcomes import Told

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturnd.acquire.awx.credentials import Credential
    from keyturnd.acquire.deadline import Deadline
    from keyturnd.messages.jobs import AskJob


def answer(job: AskJob, deadline: Deadline) -> Told:
    """What the server says. Raises Failed."""
    api = Api(job.identity, job.network, deadline)
    if job.question == "discover":
        site = discover(api)
        return Told({"api": site.api, "oauth": site.oauth, "asked": api.asked})
    server, reader = Server(api, discover(api)), bearer(job.state)
    if (making := questions.MAKING.get(job.question)) is not None:
        return Told(_made(job, making, server))
    writer = reader if reader.writes else _by_password(job)
    if writer is None and job.question in questions.CHANGING:
        raise questions.no_writer(job.identity.profile)
    desk = Desk(server, reader, writer or reader)
    try:
        return Told(questions.QUESTIONS[job.question](desk, **job.parameters))
    except TokenGone:
        if not job.secret or job.identity.flow == "token":
            raise
        raise TokenGone(api, hints.renew(job.identity.profile)) from None  # what is entrusted brings another


def _made(job: AskJob, making: Callable[..., Any], server: Server) -> Any:
    """By the profile's own token, else by the password: a dead token, or an old password, is no reason to give up."""
    own = bearer(job.state)
    makers = [maker for maker in (own if own.secret and own.writes else None, _by_password(job)) if maker]
    if not makers:
        raise questions.no_writer(job.identity.profile)
    for maker in makers[:-1]:
        try:
            return making(Desk(server, maker, maker), **job.parameters)
        except Denied as denied:
            if not denied.dead:
                raise
    return making(Desk(server, makers[-1], makers[-1]), **job.parameters)


def _by_password(job: AskJob) -> Credential | None:
    secret = passwords.worth_sending(job.state, job.secret)
    return basic(job.identity, secret) if secret else None
