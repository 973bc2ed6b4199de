"""`keyturn azure new-token`, after the cmdlet New-SecMgmtAccessToken: one token that keyturn does not keep."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from keyturn import hints
from keyturn.configuration.profiles.described import NAME, described
from keyturn.configuration.profiles.scopes import by_resource, of_audience
from keyturn.errors import UsageError
from keyturnd import flows
from keyturnd.broker.signin import as_shown
from keyturnd.fetching.acquisition import error_of
from keyturnd.fetching.fetch import ATTENDED_DEADLINE, SIGN_IN_DEADLINE
from keyturnd.messages import Failure, Result, TokenJob

if TYPE_CHECKING:
    from keyturn.configuration.profiles.profile import EntraProfile, Profile
    from keyturn.errors import KeyturnError
    from keyturnd.broker.signin import Waiter
    from keyturnd.fetching.fetch import Fetcher
    from keyturnd.messages import Ask, Event, State


async def new_entra_token(
    fetcher: Fetcher, table: dict[str, object], secret: str | None, waiter: Waiter
) -> dict[str, Any]:
    """Acquire and describe a token of Entra ID. `table` holds the keys of a profile.

    Raises UsageError for what does not fit together, and what keyturnd.fetching.fetch raises.
    """
    profile = described(table, "entra")
    interactive = flows.row(profile).person
    if interactive and not waiter.waits:
        raise UsageError("a device code needs a terminal to be shown on", hints.usage("keyturn azure new-token"))
    if not interactive and secret is None:
        raise UsageError("a service principal needs a secret", hints.usage("keyturn azure new-token"))
    return await _acquire(fetcher, profile, _only_scopes(profile), secret, waiter, interactive=interactive)


class Onlooker:
    """Shows the sign-in to the one who asked for it, and keeps nothing."""

    def __init__(self, waiter: Waiter) -> None:
        self._waiter = waiter

    def on_event(self, event: Event) -> None:
        self._waiter.show(as_shown(event))

    async def on_ask(self, ask: Ask) -> str:
        raise UsageError(f"this flow asks for a {ask.kind}", hints.usage("keyturn"))

    async def on_seal(self, state: State) -> None:
        """Nothing of it is kept."""


async def _acquire(
    fetcher: Fetcher,
    profile: Profile,
    scopes: tuple[str, ...],
    secret: str | None,
    waiter: Waiter,
    *,
    interactive: bool,
) -> dict[str, Any]:
    deadline = SIGN_IN_DEADLINE if interactive else ATTENDED_DEADLINE
    identity, network = flows.identity_of(profile), fetcher.network(profile)
    job = TokenJob(identity, scopes, network, deadline, interactive=interactive, secret=secret)
    outcome = await fetcher.acquisitions.run(job, Onlooker(waiter))
    if isinstance(outcome, Failure):
        raise _without_profile(error_of(outcome))
    assert isinstance(outcome, Result)
    flows.check_account(profile, outcome.account)
    return _description(outcome)


def _without_profile(error: KeyturnError) -> KeyturnError:
    """`error` with a hint that does not send people to a profile they do not have."""
    if error.hint is not None and NAME in error.hint:
        error.hint = hints.printed(hints.usage("keyturn azure new-token"))
    return error


def _only_scopes(profile: EntraProfile) -> tuple[str, ...]:
    groups = [*by_resource(profile.scopes), *(of_audience(audience) for audience in profile.audiences)]
    if len(groups) != 1:
        raise UsageError("expected scopes of exactly one resource", hints.usage("keyturn azure new-token"))
    return groups[0]


def _description(result: Result) -> dict[str, Any]:
    """What the cmdlets print, in the field's own names."""
    return {
        "access_token": result.access_token,
        "token_type": result.token_type,
        "expires_at": int(result.expires_at),
        "expires_on": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(result.expires_at)),
        "scopes": result.scopes,
        **result.details,
    }
