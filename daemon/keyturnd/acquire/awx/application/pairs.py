"""Obtains a pair so that a kill at any moment loses none for good.

A pair has no id in its answer, no description, and its refresh ends the one before at once. So the highest id there
is gets sealed before the request; after the answer the pair, at once; then its id is looked up, and our mark put on
it. A pair whose answer was lost is what is newer than that id, and unmarked.
"""

from __future__ import annotations

import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from keyturn import hints, moves
from keyturn.errors import ProviderUnreachable, Refused, one_line
from keyturnd.acquire.awx import cleanup, passwords, tokens
from keyturnd.acquire.awx.application import exchange
from keyturnd.acquire.awx.credentials import basic, bearer
from keyturnd.acquire.awx.refusals import Denied, Unusable, needs_person
from keyturnd.acquire.failed import Failed

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturnd.acquire.awx.application.exchange import Pair
    from keyturnd.acquire.awx.credentials import Credential
    from keyturnd.acquire.awx.session import Session
    from keyturnd.messages.identities import AwxIdentity
    from keyturnd.messages.outcomes import Result
    from keyturnd.messages.states import AwxState


class Stranger(Failed):
    """Another user signed in than the profile is for."""

    def __init__(self, account: str, identity: AwxIdentity) -> None:
        sentence = f"{one_line(account)} signed in, but profile {identity.profile} is for {identity.username}"
        super().__init__(Refused, sentence, hints.login_again(identity.profile))


def typed(session: Session) -> Result:
    """A pair by a password that a person types. Raises Failed."""
    return passwords.typed(session, by_password)


def silently(session: Session, password: str | None) -> Result:
    """The pair there is, its successor, or one by the entrusted password. Raises Failed."""
    state = session.state
    if state.token and tokens.is_young(state, session.identity, time.time()):
        own = bearer(state)
        if session.server.is_alive(own):
            return _settled(session, own)
    if state.refresh_token and state.requested == session.identity.requested:
        try:
            return _renewed(session)
        except (Denied, Unusable) as refused:
            if isinstance(refused, Denied) and not refused.dead:
                raise
    if not password:
        raise needs_person(session.server.api, f"{session.server.api.place} takes the tokens no longer")
    return passwords.entrusted(session, password, by_password)


def by_password(session: Session, password: str) -> Result:
    """A pair by the user's password. Raises Denied when nothing was issued, Failed otherwise."""
    return obtain(session, lambda: exchange.by_password(session, password), basic(session.identity, password))


def _renewed(session: Session) -> Result:
    """By the refresh token. Raises Denied for one that the server breaks over, too.

    When its access token is gone, AWX looks for the scope of what is not there and answers 500 (DOT#585, #839).
    """
    own = bearer(session.state)
    alive = session.server.is_alive(own)
    try:
        return obtain(session, lambda: exchange.by_refresh_token(session), own if alive else None)
    except Failed as failed:
        if alive or failed.failure.kind != ProviderUnreachable.kind:
            raise
        raise Denied(ProviderUnreachable, failed.failure.sentence, moves.waiting.later(), dead=True) from None


def obtain(session: Session, ask: Callable[[], Pair], looker: Credential | None) -> Result:
    """What `ask` brings, in place of the session's; `looker` may list the tokens there are before."""
    _identify_before(session)
    before = session.state
    session.seal(_asking(session, looker))
    try:
        pair = ask()
    except Denied:
        session.seal(before)
        raise
    session.channel.secrets += (pair.token, pair.refresh_token)
    session.seal(_state(session, before, pair))
    return _settled(session, bearer(session.state))


def _identify_before(session: Session) -> None:
    """Once another takes its place, a pair whose id is not known could only be told by its age.

    That is so where a kill, or a lost answer, came between its seal and the look for its id.
    """
    if _is_nameless(session.state):
        with session.server.api.hurried(), suppress(Failed):
            identify(session, bearer(session.state))


def _asking(session: Session, looker: Credential | None) -> AwxState:
    """With the note of a request that begins now, beside those before it that were never answered."""
    before, now = session.state, time.time()
    if (missing := _missing(before)) is not None:
        return replace(before, asked_at=now, unanswered=(missing[0], now))
    return replace(before, asked_at=now, unanswered=(now, now), noted=_highest(session, looker))


def _missing(before: AwxState) -> tuple[float, float] | None:
    """When pairs were asked for that nobody can name once `before` has a successor: see AwxState.unanswered.

    Among them is its own one where no answer has told its id.
    """
    if not _is_nameless(before):
        return before.unanswered
    first, last = before.unanswered or (before.created_at, before.created_at)
    return first, max(last, before.created_at)


def _is_nameless(state: AwxState) -> bool:
    return bool(state.token and state.refresh_token and not state.token_id)


def _highest(session: Session, looker: Credential | None) -> int:
    """The newest id before the request; the last one known where nobody may look."""
    if looker is not None:
        try:
            return session.server.newest(looker, session.identity.application)
        except Failed:
            pass  # a server that takes passwords at its token endpoint only: the grant decides, not this
    return max(session.state.token_id, session.state.noted)


def _state(session: Session, before: AwxState, pair: Pair) -> AwxState:
    """After `pair`: an earlier request whose answer is missing stays noted."""
    identity = session.identity
    life = identity.max_age if pair.life is None else min(pair.life, identity.max_age)
    return replace(
        session.state,
        token=pair.token,
        token_id=0,
        refresh_token=pair.refresh_token,
        created_at=pair.sent_at,
        expires_at=pair.sent_at + life,
        scope=pair.scope,
        requested=identity.requested,
        asked_at=before.asked_at,
        unanswered=_missing(before),
        superseded=tokens.superseded_after(before),
        controller=session.server.site.controller,
        doubted=False,
        refused="",
        refused_at=0.0,
    )


def _settled(session: Session, own: Credential) -> Result:
    """The session's pair, once its id is known, it bears our mark, and what it replaced is gone, if that can be."""
    with session.server.api.hurried():
        try:
            identify(session, own)
        except Stranger:
            raise
        except Failed:
            return tokens.result(session.state, session.identity)  # the next acquisition does it
    cleanup.settle(session, (bearer(session.state),))
    return tokens.result(session.state, session.identity)


def identify(session: Session, own: Credential) -> None:
    """Find the id of the session's pair, if nobody knows it: that of the token used last.

    Raises Stranger, once the pair is gone, when it is another user's than the profile's; Failed.
    """
    state, identity = session.state, session.identity
    if state.token_id or not state.refresh_token:
        return
    account = session.server.who(own)
    fits = partial(tokens.may_be_issued_to, identity)
    token_id = session.server.used_last(own, account, identity.application, fits)["id"]
    if identity.username and account.casefold() != identity.username.casefold():
        session.server.delete(own, token_id)
        session.seal(replace(state, token="", refresh_token=""))
        raise Stranger(account, identity)
    mark = tokens.description(state, identity)
    if own.writes:
        with suppress(Failed):  # a token without our mark is ours all the same
            session.server.describe(own, token_id, mark)
    session.seal(replace(state, account=account, token_id=token_id, mark=mark))
