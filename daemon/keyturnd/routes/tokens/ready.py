"""`keyturn token` without Python: the verb's own words and its own output, for a token that is in memory.

For all else (a sign-in, a refusal, a token that has to be fetched, a caller who would start another daemon than this
one, and is to be warned) there is no answer here: the native program becomes the verb, which asks /v1/token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import keyturn
from keyturn import hints
from keyturn.configuration.durations import parse_duration
from keyturn.configuration.profiles.profile import AwxProfile
from keyturn.errors import UsageError
from keyturn.protocols.token_options import options
from keyturn.protocols.token_text import token_text
from keyturn.reach.paths import callers_places
from keyturnd.routes.remembered import AtHand
from keyturnd.routes.tokens.facts import facts
from keyturnd.routes.tokens.wanted import TokenBody, want_of
from keyturnd.server.http import Response, problem

if TYPE_CHECKING:
    from keyturn.configuration.config import Config
    from keyturn.protocols.token_options import TokenOptions
    from keyturnd.broker.signin import Waiter
    from keyturnd.server.http import Request
    from keyturnd.services import Services

AGENT = f"keyturn/{keyturn.__version__}"


def at_once(services: Services, request: Request) -> AtHand | None:
    """See keyturnd.routes.table.AT_ONCE."""
    asked = options(request.arguments)
    if asked is None or not _would_start_one_like_us(services, request):
        return None
    config = services.configuration.current()
    body = _body(config, asked)
    want = want_of(config, body)
    held = services.broker.at_hand(want)
    if held is None or services.broker.left_of(held.token) < body.min_life:
        return None
    of_awx = isinstance(want.profile, AwxProfile)
    state = services.holdings.state_at_hand(want.profile) if of_awx else None
    if of_awx and state is None:
        return None
    told = token_text(facts(services, want, held.token, state), asked.form)
    if not told.isascii():
        return None  # in the caller's encoding, which Python knows
    # What also depends on the time, or on a state, is made anew each time.
    return AtHand(Response(told.encode()), None if of_awx or body.min_life else held)


async def nothing(services: Services, request: Request, waiter: Waiter, _: str) -> Response:  # noqa: ARG001
    """That there is no such answer. An older daemon, which has no such route, says the same."""
    return problem(UsageError("there is no ready answer to these words", hints.verb("token", "--help")), 404)


def _would_start_one_like_us(services: Services, request: Request) -> bool:
    ours = (str(services.configuration.path), str(services.state_directory))
    return request.headers.get("user-agent") == AGENT and callers_places(request.environment) == ours


def _body(config: Config, asked: TokenOptions) -> TokenBody:
    """The body that the verb would send. Raises ValueError where it would say that something is wrong."""
    profile = asked.profile
    if profile is None:
        (profile,) = config.profiles
    return TokenBody(
        profile=profile,
        audience=asked.audience,
        scopes=asked.scopes,
        registry=asked.registry,
        min_life=parse_duration(asked.min_life) if asked.min_life is not None else 0.0,
    )
