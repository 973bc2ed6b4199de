"""`keyturn awx`: tokens for somebody else, and what a server has of tokens and applications."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from keyturn import hints
from keyturn.configuration.named import profile_named
from keyturn.configuration.profiles.described import changed, described
from keyturn.configuration.profiles.profile import AwxProfile
from keyturn.errors import Refused, UsageError
from keyturnd.broker.awx.tokens import facts
from keyturnd.broker.policy import AWX
from keyturnd.fetching.wants import Want
from keyturnd.messages.states import AwxState
from keyturnd.routes.bodies import Body, read_body
from keyturnd.routes.daemon.profile_states import told
from keyturnd.server.http import json_response
from keyturnd.vault.vault import Unreadable

if TYPE_CHECKING:
    from keyturn.configuration.config import Config
    from keyturnd.broker.signin import Waiter
    from keyturnd.server.http import Request, Response
    from keyturnd.services import Services
    from keyturnd.vault.made import Made

PARAMETERS = {
    "discover": (),
    "me": (),
    "tokens": ("mine", "personal", "application", "expired", "unused", "made"),
    "token": ("number",),
    "update": ("number", "description", "scope"),
    "revoke": ("number",),
    "applications": (),
    "application": ("number",),
    "orphans": (),
    "sweep": ("numbers",),
}


class NewAwxTokenBody(Body, frozen=True):
    """`named`: a profile whose keys `profile` changes; without it, `profile` must have them all.

    `name`: what to keep it under (default: awx-ID).
    """

    profile: dict[str, object]
    named: str | None = None
    secret: str | None = None
    name: str | None = None
    scope: str | None = None
    """Words with blanks between; a gateway knows more of them than a profile does."""

    def __repr__(self) -> str:
        return "NewAwxTokenBody()"


class QuestionBody(Body, frozen=True):
    """A question, and of the rest what it takes."""

    profile: dict[str, object]
    question: Literal[
        "discover", "me", "tokens", "token", "update", "revoke", "applications", "application", "orphans", "sweep"
    ]
    named: str | None = None
    mine: bool = False
    personal: bool = False
    application: int | None = None
    expired: bool = False
    unused: bool = False
    made: bool = False
    number: int | None = None
    numbers: tuple[int, ...] = ()
    description: str | None = None
    scope: str | None = None


class MadeBody(Body, frozen=True):
    """Without a name: all, without their values. `forget`: no longer to be kept here."""

    name: str | None = None
    forget: bool = False


async def new_token(services: Services, request: Request, waiter: Waiter, _: str) -> Response:
    """A token on an AWX that somebody else will use."""
    body = read_body(request, NewAwxTokenBody)
    profile = _profile(services.configuration.current(), body.named, body.profile)
    if body.named is not None and body.secret is None and await services.fetcher.secret(profile) is None:
        await _sign_in(services, _profile(services.configuration.current(), body.named, {}), waiter)
    return json_response(await services.maker.make(profile, body.secret, body.scope or profile.scope, body.name))


async def question(services: Services, request: Request, waiter: Waiter, _: str) -> Response:
    """What the server has, and changes of it."""
    body = read_body(request, QuestionBody)
    profile = _profile(services.configuration.current(), body.named, body.profile)
    parameters: dict[str, Any] = {name: getattr(body, name) for name in PARAMETERS[body.question]}
    if body.question != "discover":
        await _sign_in(services, profile, waiter)
    kept = await _kept(services, profile, body.number) if body.question == "revoke" else None
    if body.question == "revoke":
        parameters["value"] = None if kept is None else str(kept.row["token"])
    if body.question == "orphans":
        parameters["held"] = await _held(services, profile.url)
    answer = await services.broker.remote.ask(profile, body.question, **parameters)
    if kept is not None:
        await services.made.forget(kept.name)
    return json_response({"answer": answer})


async def made(services: Services, request: Request, waiter: Waiter, _: str) -> Response:  # noqa: ARG001
    """The tokens that new-token has made, and the value of one."""
    body = read_body(request, MadeBody)
    if body.name is None:
        readable, others = await services.made.readable()
        unread = [{"name": name, "error": told(error)} for name, error in others.items()]
        return json_response({"answer": [*(facts(kept) for kept in readable if kept.row), *unread]})
    if body.forget:
        return json_response({"answer": await _forgotten(services, body.name)})
    found = await services.made.find(body.name)
    if found is None:
        raise _unknown()
    return json_response({"answer": {**facts(found), "row": found.row}})


async def _forgotten(services: Services, name: str) -> dict[str, Any]:
    """What is known of the token whose value is kept no longer. Raises UsageError."""
    try:
        found = await services.made.find(name)
    except Unreadable:
        known: dict[str, Any] = {"name": name, "row": {}}
    else:
        if found is None:
            raise _unknown()
        known = {**facts(found), "row": found.row}
    await services.made.forget(name)
    return known


def _unknown() -> UsageError:
    return UsageError("no token is kept under that name", hints.kept_awx_tokens())


async def _sign_in(services: Services, profile: AwxProfile, waiter: Waiter) -> None:
    """Whoever asks has to be signed in, and is if need be."""
    want = Want(profile, (profile.scope,), AWX)
    await services.broker.token(want, waiter, services.broker.answer_by(want))


async def _held(services: Services, url: str) -> list[int]:
    """The ids of the tokens of the server at `url` that somebody here has a use for."""
    found = [made.row["id"] for made in await services.made.all() if "id" in made.row and made.url == url]
    for profile in services.configuration.current().profiles.values():
        is_there = isinstance(profile, AwxProfile) and profile.url == url
        state = await services.holdings.state(profile) if is_there else None
        found += [state.token_id] if isinstance(state, AwxState) else []
    return found


async def _kept(services: Services, profile: AwxProfile, number: int | None) -> Made | None:
    """The token `number`, if its value is kept here. Raises Refused for the one that the profile lives by."""
    state = await services.holdings.state(profile)
    if isinstance(state, AwxState) and state.token_id == number:
        raise Refused(f"token {number} is the one that profile {profile.name} lives by", hints.logout(profile.name))
    found, _ = await services.made.readable()
    return next((made for made in found if made.url == profile.url and made.row.get("id") == number), None)


def _profile(config: Config, named: str | None, table: dict[str, object]) -> AwxProfile:
    if named is None:
        return described({"flow": "password", **table}, "awx")
    profile = profile_named(config, named)
    if not isinstance(profile, AwxProfile):
        raise UsageError(f"profile {profile.name} is not one of an AWX", hints.profiles())
    return changed(profile, table)
