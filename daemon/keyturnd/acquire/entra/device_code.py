"""A user signs in on another screen with a code (RFC 8628)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from keyturn import hints, moves
from keyturn.errors import ProviderRefused, ProviderUnreachable, SignInNeeded
from keyturnd.acquire.entra import outcome
from keyturnd.acquire.entra.refusals import Refusal
from keyturnd.acquire.failed import Failed
from keyturnd.messages.channel import Event

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturnd.acquire.entra.session import Session
    from keyturnd.messages.outcomes import Result

SLOWER = {"authorization_pending": 0.0, "slow_down": 5.0}
"""Answers at which the waiting goes on, and the seconds that each adds to the interval (RFC 8628 section 3.5)."""
LONG = 120.0
"""Seconds after which a person is told what an error on the page means: here the provider says nothing of it, and the
code just dies. Carrying a code to another screen takes most people less."""
SOONEST = 0.2
"""Seconds. A provider may ask for no pause at all (RFC 8628 section 3.2); it gets one, or its polls would follow each
other without end."""
SLOWEST = 60.0
"""Seconds. A provider in trouble is asked less and less often, but a person waits."""


class Wait(NamedTuple):
    """The wall clock, and how to let it pass."""

    now: Callable[[], float] = time.time
    pause: Callable[[float], None] = time.sleep


def acquire(session: Session) -> Result:
    """Show a code, wait for its approval, seal the new state, and return the token."""
    application = session.application()
    flow = _start(session, application)
    expires_at = session.exchanged().sent_at + flow["expires_in"]
    session.channel.tell(_invitation(flow, expires_at))
    poll_until_approved(session, application, flow, expires_at, Wait())
    exchange = session.exchanged()
    owner = outcome.owner_of(exchange.answer).completed(None, application.authority.tenant)
    state = outcome.state(exchange.answer, owner, None)
    if state is not None:
        session.channel.seal(state)
    return session.result(owner)


def _start(session: Session, application: Any) -> dict[str, Any]:
    """The device authorization answer, as msal keeps it. Raises Failed when the provider gives no code."""
    if application.authority.device_authorization_endpoint is None:
        raise Failed(
            ProviderRefused,
            f"{session.place} knows no sign-in by device code",
            moves.configuration.check("flow", "authority", of=f"[profile.{session.identity.profile}]"),
        )
    flow: dict[str, Any] = application.initiate_device_flow(session.user_scopes, claims_challenge=session.job.claims)
    if "device_code" not in flow:
        raise Refusal.read(flow).failed(session.identity, of_user=False)
    return flow


def poll_until_approved(
    session: Session, application: Any, flow: dict[str, Any], expires_at: float, wait: Wait
) -> None:
    """Return once the token is there. Raises Failed when the code is declined, dies, or is refused.

    `expires_at` is UTC epoch seconds, as `wait` tells them.
    """
    interval, tell_at = max(float(flow["interval"]), SOONEST), wait.now() + LONG
    flow["interval"] = 1  # to msal, which comes back from a poll only within its own pause (oauth2.py, msal 1.39)
    while interval > 0:
        if wait.now() >= tell_at:
            session.channel.tell(Event("progress", f"nothing has come back yet: {_on_page(session)}"))
            tell_at = expires_at
        if session.deadline.left() <= interval or wait.now() + interval >= expires_at:
            raise _expired(session)
        wait.pause(interval)
        interval = _next_interval(session, application, flow, interval)


def _invitation(flow: dict[str, Any], expires_at: float) -> Event:
    url, code = flow["verification_uri"], flow["user_code"]
    message = f"to sign in, open {url} and enter the code {code}"
    return Event("device-code", message, url=url, code=code, expires_at=expires_at)


def _next_interval(session: Session, application: Any, flow: dict[str, Any], interval: float) -> float:
    """Poll once: the seconds to wait before the next poll, 0 when the token has come."""
    try:
        answer = application.acquire_token_by_device_flow(
            flow, claims_challenge=session.job.claims, exit_condition=lambda _: True
        )
        if "access_token" in answer:
            return 0
        if answer.get("error") in SLOWER:
            return interval + SLOWER[answer["error"]]
        raise _refused(session, answer)
    except Failed as failed:
        if failed.failure.kind != ProviderUnreachable.kind:
            raise
        # One poll that is lost, or too many of them (AADSTS50196), must not cost a person the sign-in: go on, less
        # often (RFC 8628 section 3.5).
        return min(max(interval * 2, failed.failure.retry_after or 0.0), SLOWEST)


def _refused(session: Session, answer: dict[str, Any]) -> Failed:
    profile = session.identity.profile
    match answer.get("error"):
        case "authorization_declined" | "access_denied" as word:
            return Failed(
                ProviderRefused,
                f"the sign-in of profile {profile} was declined",
                hints.login(profile),
                code=word,
            )
        case "expired_token" | "code_expired":  # the second is AD FS's word
            return _expired(session)
        case _:
            return Refusal.read(answer).failed(session.identity, of_user=True)


def _on_page(session: Session) -> str:
    """What helps where Conditional Access forbids device codes, the refusal most people meet (azure-cli 32420)."""
    other = moves.configuration.other_flow("browser", session.identity.profile)
    return f"if the page says AADSTS53003, the tenant blocks device codes: {other}"


def _expired(session: Session) -> Failed:
    profile = session.identity.profile
    return Failed(
        SignInNeeded,
        f"the sign-in of profile {profile} was not approved in time",
        moves.secrets.before_login(_on_page(session), profile),
        code="expired_token",
    )
