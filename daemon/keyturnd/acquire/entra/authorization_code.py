"""A user signs in with a browser (RFC 6749 section 4.1, with PKCE), on this machine or on another.

On this machine the browser brings the answer to a port of ours, as a form, which leaves no code in its history. From
another machine the person carries it here: as an address, and so the answer has to be in the query.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyturn import hints
from keyturn.errors import ProviderRefused, Refused
from keyturnd.acquire.entra import outcome
from keyturnd.acquire.entra.refusals import Refusal
from keyturnd.acquire.failed import Failed, without
from keyturnd.acquire.loopback import pages, peer, port
from keyturnd.acquire.loopback.listener import Listener
from keyturnd.acquire.loopback.redirect import Awaited
from keyturnd.acquire.loopback.waiting import Waiting
from keyturnd.messages.channel import Event

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturnd.acquire.entra.session import Session
    from keyturnd.messages.outcomes import Result

UNGUARDED = (
    "this system does not show whose connections are: another user of it could answer this sign-in, as themselves, "
    "unless the profile has `account`"
)
OTHERWISE = "device-code"
"""The flow of who has no browser."""


def acquire(session: Session) -> Result:
    """Send the person to the provider, wait for the answer, seal the new state, and return the token."""
    ours = port.first_free(session.identity.profile, OTHERWISE)
    application = session.application()
    flow = _begin(session, application, ours.redirect_uri)
    awaited = Awaited(ours.redirect_uri, flow["state"], session.http.issuer.is_named_by)
    with Listener(ours, awaited, session.channel.wake) as listener:
        _invite(session, flow["auth_uri"])
        waiting = Waiting(listener, session.channel, session.deadline, session.identity.profile, _on_page(session))
        fields = waiting.answer(elsewhere=session.job.elsewhere)
        try:
            result = _redeemed(session, application, flow, fields)
        except Failed as failed:
            listener.show(pages.refused(without(session.channel.secrets, failed.failure).sentence))
            raise
        listener.show(pages.signed_in(result.account, session.identity.profile))
    return result


def _invite(session: Session, url: str) -> None:
    if not (session.identity.account or peer.can_be_told()):
        session.channel.tell(Event("progress", UNGUARDED))
    session.channel.tell(Event("browser", f"to sign in, open {url}", url=url, otherwise=OTHERWISE))


def _on_page(session: Session) -> str:
    """What helps against the refusals that Entra ID shows to the person, and tells nobody else."""
    platform = "mobile and desktop" if session.credential.for_msal is None else "web"
    register = f"register http://localhost ({platform}) as a redirect address of {session.identity.application_id}"
    return f"if the page says AADSTS50011, {register}; if AADSTS50105, an administrator has to assign you to it"


def _begin(session: Session, application: Any, redirect_uri: str) -> dict[str, Any]:
    """The request, as msal keeps it. state, nonce and the PKCE verifier are msal's."""
    identity, job = session.identity, session.job
    flow: dict[str, Any] = application.initiate_auth_code_flow(
        session.user_scopes,
        redirect_uri=redirect_uri,
        prompt=identity.prompt or ("select_account" if job.again else None),
        login_hint=identity.account or identity.login_hint,
        domain_hint=identity.domain_hint,
        claims_challenge=job.claims,
        response_mode="query" if job.elsewhere else "form_post",
    )
    return flow


def _redeemed(session: Session, application: Any, flow: dict[str, Any], fields: Mapping[str, str]) -> Result:
    """The token for the code in `fields`. Raises Failed for what the provider, or the person, refused."""
    session.channel.secrets = (*session.channel.secrets, *_secrets(flow, fields))
    if "error" in fields:
        raise _refused(session, fields)
    try:
        answer = application.acquire_token_by_auth_code_flow(flow, {"code": fields["code"], "state": fields["state"]})
    except (RuntimeError, ValueError):  # its text would quote nonce and ID token
        raise Failed(ProviderRefused, f"the ID token of {session.place} is not of this sign-in") from None
    if "access_token" not in answer:
        raise session.credential.explained(Refusal.read(answer).failed(session.identity, of_user=True))
    exchange = session.exchanged()
    owner = outcome.owner_of(exchange.answer).completed(None, application.authority.tenant)
    _check_account(session, owner.username)
    state = outcome.state(exchange.answer, owner, None)
    if state is not None:
        session.channel.seal(state)
    return session.result(owner)


def _secrets(flow: dict[str, Any], fields: Mapping[str, str]) -> tuple[str, ...]:
    """What may appear in no sentence, though a provider echoed it."""
    known = (fields.get("code"), flow.get("code_verifier"), flow.get("state"), flow.get("nonce"))
    return tuple(secret for secret in known if secret)


def _check_account(session: Session, username: str) -> None:
    """Raises Failed for a browser that is signed in as somebody else. The daemon looks again (flows)."""
    wanted, profile = session.identity.account, session.identity.profile
    if wanted and username.casefold() != wanted.casefold():
        raise Failed(
            Refused, f"you signed in as {username}, profile {profile} is for {wanted}", hints.login_again(profile)
        )


def _refused(session: Session, fields: Mapping[str, str]) -> Failed:
    refusal = Refusal.read(fields)
    profile = session.identity.profile
    if refusal.error == "access_denied" and not refusal.numbers:
        sentence = f"the sign-in of profile {profile} was declined"
        return Failed(ProviderRefused, sentence, hints.login(profile), code=refusal.error)
    return refusal.failed(session.identity, of_user=True)
