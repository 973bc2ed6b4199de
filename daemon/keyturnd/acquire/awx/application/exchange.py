"""`{oauth}/token/`: a pair for a password, or for a refresh token (reference/awx.md section 3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from keyturn import hints, moves
from keyturn.errors import ProviderRefused
from keyturnd.acquire.awx.refusals import Denied, Unusable, external, said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturnd.acquire.awx.api import Reply
    from keyturnd.acquire.awx.session import Session
    from keyturnd.acquire.failed import Failed

_TOKEN = re.compile(r"[A-Za-z0-9]{1,4096}")
_EXPIRED = "The refresh token has expired."


class Pair(NamedTuple):
    """Two tokens just issued. Secret. `life`: seconds, None when the server does not say soundly."""

    token: str
    refresh_token: str
    scope: str
    life: float | None
    sent_at: float

    def __repr__(self) -> str:
        return "Pair()"


def by_password(session: Session, password: str) -> Pair:
    """Raises Denied when nothing was issued, Unusable when something was, Failed when nobody can tell."""
    identity = session.identity
    form = {"username": identity.username, "password": password, "scope": identity.scope}
    return _asked(session, {"grant_type": "password", **form}, (password,))


def by_code(session: Session, code: str, redirect_uri: str, verifier: str) -> Pair:
    """The same; only here is a user of an external directory refused (reference/awx.md section 3)."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier}
    return _asked(session, form, (code, verifier))


def by_refresh_token(session: Session) -> Pair:
    """The same; the pair it comes from is dead then."""
    spent = session.state.refresh_token
    return _asked(session, {"grant_type": "refresh_token", "refresh_token": spent}, (spent,))


def revoke(session: Session) -> None:
    """End the pair by its refresh token, where the server does that. Its answer proves nothing. Raises Failed."""
    form = {"token": session.state.refresh_token, "token_type_hint": "refresh_token"}
    session.server.api.submit(f"{session.server.site.oauth}revoke_token/", form, session.client)


def _asked(session: Session, form: Mapping[str, str], secrets: tuple[str, ...]) -> Pair:
    reply = session.server.api.submit(f"{session.server.site.oauth}token/", form, session.client)
    if 200 <= reply.status < 300:
        return _read(session, reply)
    raise _refusal(session, reply, (*secrets, session.client.secret))


def _read(session: Session, reply: Reply) -> Pair:
    """The pair in an answer, 200 or 201. Raises Unusable when it holds none.

    To the losers of a race for one refresh token a gateway hands out the hashes that it keeps (`$sha256$...`), with
    201: sealed in place of the winner's pair they would lose it (reference/awx.md, "The gateway of 2026").
    """
    document = reply.document or {}
    values = document.get("access_token"), document.get("refresh_token")
    if not all(isinstance(value, str) and _TOKEN.fullmatch(value) for value in values):
        place, profile = session.server.api.place, session.identity.profile
        raise Unusable(ProviderRefused, f"{place} issued a token and did not tell it", hints.login_again(profile))
    scope, life = document.get("scope"), document.get("expires_in")
    granted = scope if isinstance(scope, str) and scope else session.identity.scope
    seconds = float(life) if isinstance(life, int) and not isinstance(life, bool) and life > 0 else None
    return Pair(str(values[0]), str(values[1]), granted, seconds, reply.sent_at)


def _refusal(session: Session, reply: Reply, secrets: tuple[str, ...]) -> Failed:
    api, profile = session.server.api, session.identity.profile
    if reply.status == 403 and (refused := external(api, reply.text)) is not None:
        return refused  # a page of plain text here, both servers bolted it on by hand
    if reply.status == 403 and _EXPIRED in reply.text:
        return _ended(session, f"{api.place} takes the refresh token no longer")
    document = reply.document or {}
    match document.get("error"):
        case "invalid_grant":
            return _ended(session, f"{api.place} refused what profile {profile} signed in with")
        case "invalid_client":
            sentence = f"{api.place} does not know the application, or refused its client secret"
            return _wrong(session, sentence, "client_id", also="its secret")
        case "unauthorized_client":
            sentence = f"the application at {api.place} is not for flow {session.identity.flow}"
            return _wrong(session, sentence, "client_id", "flow")
    reason = said(document, secrets) if document else f"status {reply.status}"
    return _wrong(session, f"{api.place} does not take the request: {reason}", "scope", "client_id")


def _ended(session: Session, sentence: str) -> Denied:
    """What there is brings no token any more."""
    return Denied(ProviderRefused, sentence, hints.login(session.identity.profile), dead=True)


def _wrong(session: Session, sentence: str, *keys: str, also: str = "") -> Denied:
    """The configuration does not fit the server: `keys` are what to look at."""
    move = moves.configuration.check(*keys, of=f"[profile.{session.identity.profile}]", also=also)
    return Denied(ProviderRefused, sentence, move)
