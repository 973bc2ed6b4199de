"""`keyturn azure new-token`: one token for an identity that stands in no configuration, after New-SecMgmtAccessToken.

Nothing is kept: the refresh token, where there is one, is part of what is printed.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keyturn.errors import ConfigError, UsageError
from keyturn.profiles import EntraProfile, read_profile
from keyturn.scopes import by_resource, of_audience
from keyturn.tables import Table
from keyturnd.acquisition import error_of
from keyturnd.fetch import PERSONAL_FLOWS, SIGN_IN_DEADLINE, SILENT_DEADLINE, Fetcher
from keyturnd.messages import Failure, Result, TokenJob

if TYPE_CHECKING:
    from keyturnd.messages import Ask, EntraState, Event
    from keyturnd.signin import Waiter

NAME = "new-token"


async def new_token(fetcher: Fetcher, table: dict[str, object], secret: str | None, waiter: Waiter) -> dict[str, Any]:
    """Acquire and describe the token. `table` holds the keys of a profile.

    Raises UsageError for what does not fit together, and what keyturnd.fetch raises.
    """
    profile = _profile(table)
    personal = profile.flow in PERSONAL_FLOWS
    if personal and not waiter.waits:
        raise UsageError("a device code needs a terminal to be shown on", "keyturn azure new-token --help")
    if not personal and secret is None:
        raise UsageError("a service principal needs a secret", "keyturn azure new-token --client-secret - …")
    deadline = SIGN_IN_DEADLINE if personal else SILENT_DEADLINE
    identity, network = fetcher.identity(profile), fetcher.network(profile)
    job = TokenJob(identity, _scopes(profile), network, deadline, interactive=personal, secret=secret)
    outcome = await fetcher.acquisitions.run(job, Onlooker(waiter))
    if isinstance(outcome, Failure):
        raise error_of(outcome)
    assert isinstance(outcome, Result)
    return _description(outcome)


class Onlooker:
    """Shows the sign-in to the one who asked for it, and keeps nothing."""

    def __init__(self, waiter: Waiter) -> None:
        self._waiter = waiter

    def on_event(self, event: Event) -> None:
        shown = {"message": event.message, "url": event.url, "code": event.code, "expires_at": event.expires_at}
        self._waiter.show({"event": event.kind, **{name: value for name, value in shown.items() if value}})

    async def on_ask(self, ask: Ask) -> str:
        raise UsageError(f"this flow asks for a {ask.kind}", "keyturn azure new-token --help")

    async def on_seal(self, state: EntraState) -> None:
        """Nothing of it is kept."""


def _profile(table: dict[str, object]) -> EntraProfile:
    try:
        return read_profile(NAME, Table(Path("the request"), "", {"provider": "entra", **table}))
    except ConfigError as error:
        raise UsageError(error.sentence.removeprefix("the request: "), "keyturn azure new-token --help") from None


def _scopes(profile: EntraProfile) -> tuple[str, ...]:
    groups = [*by_resource(profile.scopes), *(of_audience(audience) for audience in profile.audiences)]
    if len(groups) != 1:
        raise UsageError("expected scopes of exactly one resource", "keyturn azure new-token --help")
    return groups[0]


def _description(result: Result) -> dict[str, Any]:
    """What the cmdlet's AuthResult holds, in the field's own names."""
    return {
        "access_token": result.access_token,
        "token_type": result.token_type,
        "expires_at": int(result.expires_at),
        "expires_on": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(result.expires_at)),
        "scopes": result.scopes,
        "is_extended_life_time_token": False,
        **result.details,
    }
