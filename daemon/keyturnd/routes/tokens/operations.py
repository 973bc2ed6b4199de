"""Tokens as such: `keyturn token`, and `keyturn azure new-token` without a profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn import hints
from keyturn.configuration.profiles.described import described, on_behalf_of
from keyturn.configuration.profiles.profile import AwxProfile
from keyturn.console.moments import duration
from keyturn.errors import Refused
from keyturnd.broker import newtoken
from keyturnd.fetching.wants import with_surroundings
from keyturnd.messages.states import AwxState
from keyturnd.routes.bodies import Body, read_body
from keyturnd.routes.tokens.facts import facts
from keyturnd.routes.tokens.wanted import TokenBody, want_of
from keyturnd.server.http import json_response

if TYPE_CHECKING:
    from keyturnd.broker.signin import Waiter
    from keyturnd.fetching.wants import Want
    from keyturnd.server.http import Request, Response
    from keyturnd.services import Services


class NewEntraTokenBody(Body, frozen=True):
    """The keys of a profile table, and what is lent to this one acquisition (keyturnd.broker.newtoken.Lent)."""

    profile: dict[str, object]
    secret: str | None = None
    refresh_token: str | None = None
    assertion: str | None = None
    watched: bool = False

    def __repr__(self) -> str:
        return "NewEntraTokenBody()"


async def token(services: Services, request: Request, waiter: Waiter, _: str) -> Response:
    """An access token of a profile for one of its own audiences."""
    body = read_body(request, TokenBody)
    config = services.configuration.current()
    want = with_surroundings(want_of(config, body), request.environment)
    by = services.broker.answer_by(want)
    get = services.broker.renewed if body.renew else services.broker.token
    found = await get(want, waiter, by)
    if services.broker.left_of(found) < body.min_life:
        found = await services.broker.fresh(want, waiter, by)
        _check_life(services.broker.left_of(found), body)
    return json_response(facts(services, want, found, await _controller(services, want)))


def _check_life(left: float, body: TokenBody) -> None:
    """Refuse what even a new token cannot fulfil: a long job would fail in its middle."""
    if left < body.min_life:
        minutes = int(left // 60)
        sentence = f"a new token of profile {body.profile} lives {duration(left)}, less than was asked for"
        error = Refused(sentence, hints.shorter_life(body.purpose, body.profile, minutes))
        error.lacking = "--min-life", f"{minutes}m"
        raise error


async def new_entra_token(services: Services, request: Request, waiter: Waiter, _: str) -> Response:
    """A token for an identity that is in no configuration; nothing of it is kept."""
    body = read_body(request, NewEntraTokenBody)
    profile = described(body.profile, "entra", services.configuration.path.parent)
    if body.assertion is not None:
        profile = on_behalf_of(profile)
    lent = newtoken.Lent(body.secret, body.refresh_token, body.assertion, body.watched)
    sign_ins = services.broker.sign_ins
    return json_response(await newtoken.new_entra_token(services.fetcher, profile, lent, waiter, sign_ins))


async def _controller(services: Services, want: Want) -> str:
    """What the facts of an AWX's token need besides it."""
    state = await services.holdings.state(want.profile) if isinstance(want.profile, AwxProfile) else None
    return state.controller if isinstance(state, AwxState) else ""
