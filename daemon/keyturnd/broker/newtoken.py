"""`keyturn azure new-token`, after the cmdlet New-SecMgmtAccessToken: one token that keyturn does not keep."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from keyturn import hints, moves
from keyturn.configuration.profiles import UNNAMED
from keyturn.configuration.profiles.credentials.certificates import Certificate
from keyturn.configuration.profiles.described import by_parameters
from keyturn.configuration.profiles.scopes import by_resource, of_audience
from keyturn.errors import UsageError
from keyturnd import flows, identities
from keyturnd.broker.questions import Questions, as_shown
from keyturnd.fetching.entrusted import tell_of_closed_cloud
from keyturnd.fetching.fetch import ATTENDED_DEADLINE, SIGN_IN_DEADLINE
from keyturnd.fetching.processes.failures import error_of
from keyturnd.messages.jobs import TokenJob
from keyturnd.messages.outcomes import Failure, Result
from keyturnd.messages.states import EntraState

if TYPE_CHECKING:
    from keyturn.configuration.profiles.profile import EntraProfile
    from keyturn.errors import KeyturnError
    from keyturnd.broker.signin import SignIns, Waiter
    from keyturnd.fetching.fetch import Fetcher
    from keyturnd.messages.channel import Event
    from keyturnd.messages.states import State


class Lent(NamedTuple):
    """What a caller lends to one acquisition of Entra ID. Secret.

    secret: the application's, or the passphrase of its certificate. refresh_token: of the user whose tokens are
    wanted. assertion: the access token of the user on whose behalf. watched: whether requests are shown.
    """

    secret: str | None = None
    refresh_token: str | None = None
    assertion: str | None = None
    watched: bool = False


async def new_entra_token(
    fetcher: Fetcher, profile: EntraProfile, lent: Lent, waiter: Waiter, sign_ins: SignIns
) -> dict[str, Any]:
    """Acquire and describe a token of Entra ID.

    Raises UsageError for what does not fit together, and what keyturnd.fetching.fetch raises.
    """
    _check(profile, lent, waiter)
    onlooker = Onlooker(waiter)
    with sign_ins.beside(onlooker.questions):
        token = await _acquire(fetcher, profile, _job(fetcher, profile, lent, waiter), onlooker)
    return {**token, **_extended(token), "is_extended_life_time_token": False}


def _job(fetcher: Fetcher, profile: EntraProfile, lent: Lent, waiter: Waiter) -> TokenJob:
    interactive = flows.row(profile).person
    return TokenJob(
        identities.identity_of(profile),
        _only_scopes(profile),
        fetcher.network(profile),
        SIGN_IN_DEADLINE if interactive else ATTENDED_DEADLINE,
        interactive=interactive,
        elsewhere=not waiter.opens_browser,
        secret=lent.secret,
        state=None if lent.refresh_token is None else EntraState(lent.refresh_token),
        assertion=lent.assertion,
        watched=lent.watched,
    )


def _extended(token: dict[str, Any]) -> dict[str, Any]:
    """When a token would end in an outage of Entra ID, for who asks for that; nobody has since ADAL."""
    moment = token.get("extended_expires_at")
    return {} if moment is None else {"extended_expires_at": int(moment), "extended_expires_on": _moment(moment)}


def _check(profile: EntraProfile, lent: Lent, waiter: Waiter) -> None:
    flow, usage = profile.flow.name, hints.usage("keyturn azure new-token")
    if flows.row(profile).person and not waiter.waits:
        clients = moves.clients
        hint = clients.without_person() if flows.row(profile).secret is None else clients.without_code()
        raise UsageError(f"signing in by {flow} takes a terminal", hint)
    if flows.lacking(profile, lent.secret) is not None:
        raise UsageError(f"flow {flow} takes a {flows.row(profile).secret}", usage)
    if (lent.refresh_token is not None) != (flows.row(profile).entrusts is not None):
        raise UsageError("a refresh token and flow refresh-token go together", usage)


class Onlooker:
    """Shows the sign-in to the one who asked for it, and keeps nothing."""

    def __init__(self, waiter: Waiter) -> None:
        self._waiter = waiter
        self.questions = Questions(waiter.show)
        self.on_ask = self.questions.ask

    def on_event(self, event: Event) -> None:
        shown = as_shown(event)
        self._waiter.show({**shown, "open": self._waiter.opens_browser} if event.kind == "browser" else shown)

    async def on_seal(self, state: State) -> None:
        """Nothing of it is kept."""


async def _acquire(fetcher: Fetcher, profile: EntraProfile, job: TokenJob, onlooker: Onlooker) -> dict[str, Any]:
    outcome = await fetcher.acquisitions.run(job, onlooker)
    if isinstance(outcome, Failure):
        raise _without_profile(error_of(outcome), profile)
    assert isinstance(outcome, Result)
    flows.check_account(profile, outcome.account)
    return _description(outcome)


def _without_profile(error: KeyturnError, profile: EntraProfile) -> KeyturnError:
    """`error` without a profile that nobody has, in its hint and its sentence."""
    command = "keyturn azure new-token"
    tell_of_closed_cloud(error, profile)
    error.sentence = error.sentence.replace(f"profile {UNNAMED}", command)
    if error.hint is not None:
        lent = flows.row(profile).entrusts
        again = f"take another {lent}" if lent is not None else "run the command again"
        by_certificate = isinstance(profile.flow.credential, Certificate)
        proof = "the --certificate-password" if by_certificate else "another --credential"
        error.hint = moves.waiting.told(by_parameters(error.hint, again, proof))
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
        "expires_on": _moment(result.expires_at),
        "scopes": result.scopes,
        **result.details,
    }


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
