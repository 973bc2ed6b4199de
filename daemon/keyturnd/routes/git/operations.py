"""git's credential protocol: what `git-credential-keyturn` asks."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from copy import copy
from typing import TYPE_CHECKING

from keyturn import moves
from keyturn.configuration.settling import SETTLING, is_fresh
from keyturn.configuration.targets.near import check_near
from keyturn.errors import ConfigError, KeyturnError, NoTarget, Refused
from keyturn.protocols import git_answers, git_options, git_state
from keyturn.protocols.claims_challenge import claims_of
from keyturn.protocols.git import MalformedRequest, parse
from keyturnd.callers.gits import asker_of, client_of, gives_up
from keyturnd.routes.git import credentials
from keyturnd.routes.git.telling import explained, told_once
from keyturnd.routes.git.wants import asked_of
from keyturnd.routes.remembered import AtHand
from keyturnd.server.http import Response
from keyturnd.vault import tokens

if TYPE_CHECKING:
    from keyturn.configuration.config import Config
    from keyturnd.broker.signin import Waiter
    from keyturnd.callers.handed import Client
    from keyturnd.callers.peer import Tool
    from keyturnd.routes.git.wants import Asked
    from keyturnd.server.http import Request
    from keyturnd.services import Services
    from keyturnd.vault.tokens import Token


def at_once(services: Services, request: Request) -> AtHand | None:
    """See keyturnd.routes.table.AT_ONCE. Never for a caller that may have been refused what it was given."""
    config = services.configuration.current()
    asked = asked_of(config, request)
    if asked is None:
        kept = credentials.at_once(services, config, request)
        return None if kept is None or (kept is credentials.NOTHING and _is_near(config, request)) else AtHand(kept)
    if "state" in asked.request.capabilities and asked.request.follows_an_answer:
        return None
    held = services.broker.at_hand(asked.want)
    return None if held is None else AtHand(_credential(asked, held.token, first=True), held)


async def get(services: Services, request: Request, waiter: Waiter, _: str) -> Response:
    """A credential for a URL that is a target, another one where that was refused; what is kept for any other.

    A target that cannot be served stops git: prompting for a password would only lead to another refusal.
    """
    config = await _settled(services, request)
    if config is None:
        return Response(git_answers.NOTHING)
    asked, asker = asked_of(config, request), asker_of(request.peer.pid)
    if asked is None:
        return await _kept(services, config, request, asker)
    return await _of_target(services, asked, request.peer.pid, asker, waiter)


async def _kept(services: Services, config: Config, request: Request, asker: Tool | None) -> Response:
    """What git had us keep for a URL that no target covers; where one nearly does, that is said."""
    kept = await credentials.find(services, config, request)
    try:
        if kept is credentials.NOTHING:
            _check_near(config, request)
    except NoTarget as error:
        return told_once(services, asker, request.peer.pid, error, git_answers.NOTHING)
    return kept


async def _of_target(services: Services, asked: Asked, helper: int, asker: Tool | None, waiter: Waiter) -> Response:
    client = client_of(asker, asked.place)
    refused = _refused(services, asked, client, helper)
    try:
        token = await _token(services, asked, refused, waiter)
    except KeyturnError as error:
        told = explained(error, asked) if refused else error
        return told_once(services, asker, helper, told, git_answers.QUIT)
    if client is not None:
        services.handed.note(client, asked.want.key, helper, token.digest)
    return _credential(asked, token, first=not refused)


def _check_near(config: Config, request: Request) -> None:
    """Raises NoTarget where a host has targets and none of them covers the request."""
    with suppress(MalformedRequest):
        check_near(config.git_targets, parse(request.body))


def _is_near(config: Config, request: Request) -> bool:
    try:
        _check_near(config, request)
    except NoTarget:
        return True
    return False


def _refused(services: Services, asked: Asked, client: Client | None, helper: int) -> frozenset[bytes]:
    """The digests of the tokens that asking again shows to be refused, none on a first ask.

    Where git needs the credential only at a POST, it has told `store` the state, and asks again without it.
    """
    named = git_state.named(asked.request.state)
    if named or client is None:
        return named
    digest = services.handed.doubtful(client, asked.want.key, helper)
    return frozenset() if digest is None else frozenset([digest])


async def _token(services: Services, asked: Asked, refused: frozenset[bytes], waiter: Waiter) -> Token:
    """Raises what the broker does, and Refused where there is no token but the one that was refused."""
    want, broker = asked.want, services.broker
    by = broker.answer_by(want)
    if refused:
        await broker.replace(want, refused, claims_of(asked.request.wwwauth), by)
    token = await broker.token(want, waiter, by)
    if token.digest in refused:
        raise Refused(
            f"the server refused the token of profile {want.profile.name}, and there is no other",
            moves.servers.right_of(token.account or "this profile"),
        )
    return token


async def _settled(services: Services, request: Request) -> Config | None:
    """The configuration, once more after a moment where it is half written; None as `_known` has it.

    Raises ConfigError, which stops git: else it would prompt.
    """
    configuration = services.configuration
    if configuration.error is not None and is_fresh(configuration.path):
        await asyncio.sleep(SETTLING)
    try:
        return _known(services, request)
    except ConfigError as error:
        told = copy(error)
        told.output = git_answers.QUIT.decode("ascii")
        raise told from None


def _known(services: Services, request: Request) -> Config | None:
    """The configuration, None where it is invalid and nobody knows whether the URL is ours: that calls for silence.

    Raises ConfigError where `setup git` has said that it is.
    """
    try:
        return services.configuration.current()
    except ConfigError:
        if git_options.options(request.arguments).ours:
            raise
        return None


async def store(services: Services, request: Request, waiter: Waiter, _: str) -> Response:  # noqa: ARG001
    """Success, which git reports to every helper whoever supplied the credential: of a target's, nothing is kept.

    But that this process has our token is kept in mind: if it asks again, a later request of it was refused.
    """
    if (config := _known(services, request)) is None:
        return Response(git_answers.NOTHING)
    asked = asked_of(config, request)
    if asked is None:
        return await credentials.keep(services, config, request)
    if asked.request.secret:
        helper = request.peer.pid
        _note(services, asked, asker_of(helper), helper)
    return Response(git_answers.NOTHING)


async def erase(services: Services, request: Request, waiter: Waiter, _: str) -> Response:  # noqa: ARG001
    """The server refused a credential: if it is our token, the next request gets another one.

    A git that says so gives up, with no word on why: that is told. git-lfs asks again by itself.
    """
    if (config := _known(services, request)) is None:
        return Response(git_answers.NOTHING)
    asked = asked_of(config, request)
    if asked is None:
        return await credentials.erase(services, config, request)
    return await _erased(services, request, asked) if asked.request.secret else Response(git_answers.NOTHING)


async def _erased(services: Services, request: Request, asked: Asked) -> Response:
    helper, profile = request.peer.pid, asked.want.profile.name
    asker = asker_of(helper)
    client = _note(services, asked, asker, helper)
    digest, claims = tokens.digest(asked.request.secret or ""), claims_of(asked.request.wwwauth)
    try:
        ours = await services.broker.reject(asked.want, digest, claims)
    except KeyturnError as error:
        return told_once(services, asker, helper, explained(error, asked), git_answers.NOTHING)
    if not ours or client is None or not gives_up(client):
        return Response(git_answers.NOTHING)
    refused = Refused(f"the server refused the token of profile {profile}", moves.clients.next_git())
    return told_once(services, asker, helper, explained(refused, asked), git_answers.NOTHING)


def _note(services: Services, asked: Asked, asker: Tool | None, helper: int) -> Client | None:
    """Note which token whoever asks has; who that is, where it asks again only when it was refused."""
    client = client_of(asker, asked.place)
    if client is not None:
        services.handed.note(client, asked.want.key, helper, tokens.digest(asked.request.secret or ""))
    return client


async def capability(services: Services, request: Request, waiter: Waiter, _: str) -> Response:  # noqa: ARG001
    """What this helper can do beyond user name and password (git >= 2.46)."""
    return Response(git_answers.CAPABILITIES)


def _credential(asked: Asked, token: Token, *, first: bool) -> Response:
    """first: nothing was refused yet, so that git may ask once more, where it knows how to.

    `continue` would be obeyed without that knowledge, but `state[]` not brought back: a loop for ever with a server
    that refuses everything (reference/git.md section 2, trap 1).
    """
    offered = asked.request.capabilities
    answer = git_answers.answer(
        username=asked.username or token.account or git_answers.NAMELESS,
        token=token.access_token,
        expires_at=token.expires_at,
        bearer=asked.takes_header,
        offered=offered,
        state=git_state.naming(token.digest) if first and "state" in offered else None,
    )
    return Response(answer)
