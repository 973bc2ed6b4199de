"""Credentials of hosts without a target: what git's helpers keep, where [git] store or the helper's line says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from keyturn import hints
from keyturn.configuration.hosts import without_userinfo
from keyturn.errors import UsageError
from keyturn.protocols import git, git_answers, git_options
from keyturnd.routes.bodies import Body, read_body
from keyturnd.server.http import Response, json_response
from keyturnd.vault import tokens

if TYPE_CHECKING:
    from keyturn.configuration.config import Config
    from keyturn.protocols.git import GitRequest
    from keyturnd.broker.signin import Waiter
    from keyturnd.server.http import Request
    from keyturnd.services import Services

NOTHING = Response(git_answers.NOTHING)


class ForgetBody(Body, frozen=True):
    """`url`: whose credentials to forget, with a user name to mean that user's alone."""

    url: str


class Rules(msgspec.Struct, frozen=True):
    """How a request is dealt with: by its helper's line, else by the configuration."""

    durable: bool
    timeout: float | None


def at_once(services: Services, config: Config, request: Request) -> Response | None:
    """What memory says to a `get` for a place that is no target; None where the vault has to be asked first."""
    rules, said = _rules(config, request), _parse(request)
    if rules is None or said is None:
        return NOTHING
    return None if rules.durable and not services.store.has_read else _found(services, said)


async def find(services: Services, config: Config, request: Request) -> Response:
    """What is kept for a `get` for a place that is no target."""
    rules, said = _rules(config, request), _parse(request)
    if rules is None or said is None:
        return NOTHING
    if rules.durable:
        await services.store.read()
    return _found(services, said)


async def keep(services: Services, config: Config, request: Request) -> Response:
    """Keep what a server has accepted; nothing where that was a token of ours, or a part."""
    rules, said = _rules(config, request), _parse(request)
    if rules is not None and said is not None and not _is_token_of_ours(services, said):
        await services.store.keep(said, durable=rules.durable, timeout=rules.timeout)
    return NOTHING


async def erase(services: Services, config: Config, request: Request) -> Response:
    """Forget what a server has refused."""
    rules, said = _rules(config, request), _parse(request)
    if rules is not None and said is not None:
        if rules.durable:
            await services.store.read()
        await services.store.erase(said)
    return NOTHING


async def listing(services: Services, request: Request, waiter: Waiter, _: str) -> Response:  # noqa: ARG001
    """What is kept for which hosts and users, never a secret."""
    await services.store.read()
    rows = [
        {
            "url": _shown(credential.place.url),
            "path": _shown(credential.path),
            "username": _shown(credential.username),
            "authtype": _shown(credential.authtype),
            "stored_at": int(credential.stored_at),
            "expires_at": credential.password_expiry_utc,
            "store": "vault" if durable else "memory",
        }
        for credential, durable in services.store.listing()
    ]
    return json_response({"credentials": rows})


async def forget(services: Services, request: Request, waiter: Waiter, _: str) -> Response:  # noqa: ARG001
    """Forget what is kept for a URL."""
    url = read_body(request, ForgetBody).url
    try:
        meant = git.parse(f"url={url}\n".encode("utf-8", "surrogateescape"))
    except git.MalformedRequest:
        raise UsageError(f"{without_userinfo(url)} is not the URL of a host", hints.verb("git", "list")) from None
    await services.store.read()
    return json_response({"forgotten": await services.store.erase(meant)})


def _shown(text: str | None) -> str | None:
    """`text` as JSON can hold it: a URL's user name need not be UTF-8, and may be a stranger's choice."""
    return None if text is None else text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _found(services: Services, said: GitRequest) -> Response:
    credential = services.store.find(said)
    return NOTHING if credential is None else Response(git_answers.kept(credential, said.capabilities))


def _rules(config: Config, request: Request) -> Rules | None:
    options = git_options.options(request.arguments)
    store = options.store or config.git.store
    return None if store == "off" else Rules(store == "vault", options.timeout or config.git.timeout)


def _parse(request: Request) -> GitRequest | None:
    try:
        return git.parse(request.body)
    except git.MalformedRequest:
        return None


def _is_token_of_ours(services: Services, said: GitRequest) -> bool:
    digest = tokens.digest(said.secret or "")
    return any(held.token.digest == digest for held in services.broker.memory.held.values())
