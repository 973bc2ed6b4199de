"""`keyturn token` and `keyturn run` without Python: the verbs' own words, for a token that is in memory.

For all else (a sign-in, a refusal, a token that has to be fetched, a caller who would start another daemon than this
one, and is to be warned) there is no answer here: the native program becomes the verb, which asks /v1/token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import keyturn
from keyturn import hints
from keyturn.configuration.durations import parse_duration
from keyturn.configuration.profiles.profile import AwxProfile
from keyturn.errors import UsageError
from keyturn.protocols.token_options import options
from keyturn.protocols.token_text import token_text
from keyturn.protocols.token_variables import PLAIN
from keyturn.reach.paths import callers_places
from keyturnd.routes.remembered import AtHand
from keyturnd.routes.tokens.facts import facts
from keyturnd.routes.tokens.wanted import TokenBody, want_of
from keyturnd.server.http import Response, problem

if TYPE_CHECKING:
    from keyturn.configuration.config import Config
    from keyturn.protocols.token_options import TokenOptions
    from keyturnd.broker.signin import Waiter
    from keyturnd.fetching.wants import Want
    from keyturnd.server.http import Request
    from keyturnd.services import Services
    from keyturnd.vault.tokens import Token

AGENT = f"keyturn/{keyturn.__version__}"


def token(services: Services, request: Request) -> AtHand | None:
    """What `keyturn token` prints. See keyturnd.routes.table.AT_ONCE."""
    return _at_once(services, request, "token")


def run(services: Services, request: Request) -> AtHand | None:
    """The variable that `keyturn run` sets, and a NUL. An AWX takes more than that, which is Python's. See there."""
    return _at_once(services, request, "run")


def _at_once(services: Services, request: Request, verb: Literal["token", "run"]) -> AtHand | None:
    asked = options(verb, request.arguments)
    if asked is None or not _would_start_one_like_us(services, request):
        return None
    config = services.configuration.current()
    body = _body(config, asked, verb)
    want = want_of(config, body)
    held = services.broker.at_hand(want)
    if held is None or services.broker.left_of(held.token) < body.min_life:
        return None
    told = _printed(services, want, held.token, asked.form) if verb == "token" else _set(want, held.token)
    if told is None or not told.isascii():
        return None  # in the caller's encoding, which Python knows
    # What also depends on the time, or on a state, is made anew each time.
    of_awx = isinstance(want.profile, AwxProfile)
    return AtHand(Response(told.encode()), None if of_awx or body.min_life else held)


def _printed(services: Services, want: Want, token: Token, form: str) -> str | None:
    if not isinstance(want.profile, AwxProfile):
        return token_text(facts(services, want, token), form)
    controller = services.holdings.controller_at_hand(want.profile)
    return None if controller is None else token_text(facts(services, want, token, controller), form)


def _set(want: Want, token: Token) -> str | None:
    return None if isinstance(want.profile, AwxProfile) else f"{PLAIN}={token.access_token}\0"


async def nothing(services: Services, request: Request, waiter: Waiter, _: str) -> Response:  # noqa: ARG001
    """That there is no such answer. An older daemon, which has no such route, says the same."""
    return problem(UsageError("there is no ready answer to these words", hints.verb("help", "token")), 404)


def _would_start_one_like_us(services: Services, request: Request) -> bool:
    ours = (str(services.configuration.path), str(services.state_directory))
    return request.headers.get("user-agent") == AGENT and callers_places(request.environment) == ours


def _body(config: Config, asked: TokenOptions, verb: Literal["token", "run"]) -> TokenBody:
    """The body that the verb would send. Raises ValueError where it would say that something is wrong."""
    profile = asked.profile
    if profile is None:
        (profile,) = config.profiles
    return TokenBody(
        profile=profile,
        purpose=verb,
        audience=asked.audience,
        scopes=asked.scopes,
        registry=asked.registry,
        min_life=parse_duration(asked.min_life) if asked.min_life is not None else 0.0,
    )
