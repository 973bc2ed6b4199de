"""git's credential protocol: what `git-credential-keyturn` asks."""

from __future__ import annotations

import asyncio
from copy import copy
from typing import TYPE_CHECKING

from keyturn import hints, moves
from keyturn.configuration.named import profile_named
from keyturn.configuration.profiles.profile import AwxProfile
from keyturn.configuration.settling import SETTLING, is_fresh
from keyturn.configuration.targets.git import find_git
from keyturn.configuration.targets.target import scopes_of
from keyturn.errors import ConfigError, KeyturnError
from keyturn.protocols import git
from keyturnd.callers.peer import arguments_of, tool_behind
from keyturnd.fetching.wants import Want
from keyturnd.routes.remembered import AtHand
from keyturnd.server.http import Response
from keyturnd.vault import tokens

if TYPE_CHECKING:
    from keyturn.configuration.config import Config
    from keyturn.protocols.git import GitRequest
    from keyturnd.broker.signin import Waiter
    from keyturnd.callers.peer import Tool
    from keyturnd.server.http import Request
    from keyturnd.services import Services
    from keyturnd.vault.tokens import Token


def at_once(services: Services, request: Request) -> AtHand | None:
    """See keyturnd.routes.table.AT_ONCE."""
    want = _want(services.configuration.current(), request)
    if want is None:
        return AtHand(Response(git.NOTHING))
    held = services.broker.at_hand(want)
    return None if held is None else AtHand(_credential(held.token), held)


async def get(services: Services, request: Request, waiter: Waiter, _: str) -> Response:
    """A credential for a URL that is a target, nothing for any other.

    A target that cannot be served stops git: prompting for a password would only lead to another refusal.
    A failure is told once per asker: git-lfs asks six times for one push.
    """
    want = _want(await _settled(services, request), request)
    if want is None:
        return Response(git.NOTHING)
    try:
        token = await services.broker.token(want, waiter)
    except KeyturnError as error:
        helper = request.peer.pid
        if services.complaints.is_told(asker := _asker(helper), helper, error.sentence):
            return Response(git.QUIT, exit_status=error.exit_status)
        services.complaints.tell(asker, helper, error.sentence)
        # Of its own: the same error is told to others who waited, and remembered.
        told = copy(error)
        told.output = git.QUIT.decode("ascii")
        raise told from None
    return _credential(token)


async def _settled(services: Services, request: Request) -> Config:
    """The configuration, once more after a moment where it is half written.

    Raises ConfigError, which stops git where `setup git` has said that the URL is ours: else it would prompt.
    """
    configuration = services.configuration
    if configuration.error is not None and is_fresh(configuration.path):
        await asyncio.sleep(SETTLING)
    try:
        return configuration.current()
    except ConfigError as error:
        told = copy(error)
        told.output = git.QUIT.decode("ascii") if git.options(request.arguments).ours else ""
        raise told from None


def _asker(helper: int) -> Tool | None:
    """The git that started `helper`, or whoever runs `git credential`: git-lfs, a script."""
    tool = tool_behind(helper)
    while tool is not None and _hands_on(arguments_of(tool)):
        tool = tool_behind(tool.pid)
    return tool


def _hands_on(arguments: tuple[str, ...]) -> bool:
    """Whether this is the shell that git starts a helper with, or a `git credential` that somebody else runs."""
    is_shell = arguments[1:2] == ("-c",) and "git-credential-keyturn" in arguments[2]
    return is_shell or "credential" in arguments[1:]


async def store(services: Services, request: Request, waiter: Waiter, _: str) -> Response:  # noqa: ARG001
    """Success, which git reports to every helper whoever supplied the credential: nothing to keep."""
    return Response(git.NOTHING)


async def erase(services: Services, request: Request, waiter: Waiter, _: str) -> Response:  # noqa: ARG001
    """The server refused a credential: if it is our token, the next request gets another one."""
    want = _want(services.configuration.current(), request)
    password = _parse(request).password if want is not None else None
    if want is not None and password:
        await services.broker.reject(want, tokens.digest(password))
    return Response(git.NOTHING)


async def capability(services: Services, request: Request, waiter: Waiter, _: str) -> Response:  # noqa: ARG001
    """What this helper can do beyond user name and password (git >= 2.46): nothing yet."""
    return Response(git.CAPABILITIES)


def _credential(token: Token) -> Response:
    username = token.account or git.NAMELESS
    return Response(git.answer(username=username, password=token.access_token, expires_at=token.expires_at))


def _want(config: Config, request: Request) -> Want | None:
    """What the request asks for, None when it is not ours. `--profile` beats the target's profile."""
    options = git.options(request.arguments)
    try:
        target = find_git(config.git_targets, _parse(request))
    except git.MalformedRequest:
        return None
    if target is None:
        return None
    name = options.profile or target.profile
    profile = profile_named(config, name)
    if "git" not in profile.protocols:
        raise ConfigError(f"profile {name} is not for git", moves.allow("git", name, str(config.source)))
    if isinstance(profile, AwxProfile):
        scopes: tuple[str, ...] = (profile.scope,)
        fits = profile.authority == config.profiles[target.profile].authority
    else:
        scopes = scopes_of(target)
        fits = profile.provider == config.profiles[target.profile].provider
    if not fits:
        raise ConfigError(f"profile {name} has no tokens for this URL", hints.profile(target.profile))
    return Want(profile, scopes, "git")


def _parse(request: Request) -> GitRequest:
    return git.parse(request.body)
