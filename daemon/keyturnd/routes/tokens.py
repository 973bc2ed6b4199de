"""Tokens as such: `keyturn token`, and `keyturn azure new-token` without a profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn.errors import Refused, UsageError
from keyturn.scopes import UnfitScopes, of_audience
from keyturn.targets import all_scopes, allows
from keyturnd.broker import Want
from keyturnd.http import json_response
from keyturnd.routes.bodies import Body, profile_named, read_body

if TYPE_CHECKING:
    from keyturn.config import Config
    from keyturnd.http import Request, Response
    from keyturnd.services import Services
    from keyturnd.signin import Waiter


class TokenBody(Body, frozen=True):
    """`audience` and `scopes` exclude each other; without either the profile must leave no choice."""

    profile: str
    audience: str | None = None
    scopes: tuple[str, ...] = ()


class NewTokenBody(Body, frozen=True):
    """The keys of a profile table, and the secret for those that need one."""

    profile: dict[str, object]
    secret: str | None = None


async def token(services: Services, request: Request, waiter: Waiter, _: str) -> Response:
    """An access token of a profile for one of its own audiences."""
    body = read_body(request, TokenBody)
    config = services.configuration.current()
    profile = profile_named(config, body.profile)
    if "token" not in profile.protocols:
        raise Refused(f"profile {body.profile} does not give its tokens out", f"keyturn profile show {body.profile}")
    scopes = _scopes(config, body)
    found = await services.broker.token(Want(profile, scopes, "token"), waiter)
    return json_response(
        {
            "access_token": found.access_token,
            "token_type": "Bearer",
            "expires_at": int(found.expires_at),
            "account": found.account,
            "scopes": scopes,
            "profile": profile.name,
        }
    )


async def new_entra_token(services: Services, request: Request, waiter: Waiter, _: str) -> Response:
    """A token for an identity that is in no configuration; nothing of it is kept."""
    body = read_body(request, NewTokenBody)
    result = await services.new_token(body.profile, body.secret, waiter)
    return json_response(result)


def _scopes(config: Config, body: TokenBody) -> tuple[str, ...]:
    """The scopes asked for, if the configuration allows them: a caller's wish alone is not enough (DESIGN 5.1)."""
    if body.audience is not None and body.scopes:
        raise UsageError("an audience and scopes at once", "keyturn token --help")
    try:
        wanted = body.scopes if body.audience is None else of_audience(body.audience)
    except UnfitScopes as error:
        raise UsageError(f"audience: {error}", "keyturn token --help") from None
    if not wanted:
        return _only_scopes(config, body.profile)
    if not allows(config, body.profile, wanted):
        raise Refused(
            f"profile {body.profile} may not ask for {' '.join(wanted)}",
            f"add it to scopes or audiences of profile {body.profile} in {config.source}",
        )
    return wanted


def _only_scopes(config: Config, profile: str) -> tuple[str, ...]:
    allowed = all_scopes(config, profile)
    if len(allowed) != 1:
        choice = ", ".join(" ".join(scopes) for scopes in allowed) or "none"
        raise UsageError(
            f"profile {profile} has several audiences or none: {choice}", f"keyturn token {profile} --scope …"
        )
    return allowed[0]
