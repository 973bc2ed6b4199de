"""A token as AWX answers with it, how long it lives for us, and the mark we find our own by."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard

from keyturn import moves
from keyturn.errors import ProviderRefused, one_line
from keyturnd.acquire.awx.refusals import Unusable
from keyturnd.messages.outcomes import Result
from keyturnd.messages.states import AwxState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturnd.acquire.awx.api import Api, Reply
    from keyturnd.messages.identities import AwxIdentity

TEXT_LIMIT = 200
"""Characters of a profile's own description: it stands in a URL when we look for our tokens."""
HOST_LIMIT = 64
NONCE_BYTES = 9
SUPERSEDED_LIMIT = 100
"""Replaced tokens remembered at most. Only a server that never lets us delete one gets there."""
YOUNG_SHARE = 1 / 3
"""Share of its life in which a token we are asked to fetch anew is given out again: a crash lost it on its last
way to the daemon. The daemon renews later than this (policy.renewal_point), so a renewal is never taken for it."""
CLOCK_SKEW = 300.0
"""Seconds by which a token may seem to come from the future, as in the daemon's policy."""
_MARK = re.compile(r"(?:\A| )keyturn ([A-Za-z0-9._-]{1,64})@(\S{1,64}) [0-9a-f]{18}\Z")
_TOKEN = re.compile(r"[A-Za-z0-9]{1,4096}")


class Created(NamedTuple):
    """A token just created. Secret. `life`: seconds the server gives it, None when it does not say soundly."""

    token: str
    token_id: int
    scope: str
    life: float | None
    sent_at: float
    document: dict[str, Any]

    def __repr__(self) -> str:
        return f"Created(token_id={self.token_id})"


def read(api: Api, reply: Reply) -> Created:
    """The token in a 201. Raises Unusable when it holds none (masked: `************`, `$encrypted$`; null, odd).

    And where it has expired at its birth: every request with it would be a 401.
    """
    document = reply.document or {}
    token, token_id = document.get("token"), document.get("id")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token) or not is_id(token_id):
        raise Unusable(
            ProviderRefused,
            f"{api.place} created a token and did not tell it",
            moves.configuration.check(
                "url", of=f"[profile.{api.identity.profile}]", also="what stands between here and the server"
            ),
        )
    _check_owner(api, document)
    scope = document.get("scope")
    granted = scope if isinstance(scope, str) and set(scope.split()) <= {"read", "write"} else ""
    life = life_of(document.get("created"), document.get("expires"), reply.sent_at)
    if life is not None and life <= 0:
        sentence = (
            f"{api.place} created a token that has expired already: its `expires` is no later than its `created`"
        )
        raise Unusable(ProviderRefused, sentence, moves.servers.lifetime(api.place))
    return Created(token, token_id, granted or api.identity.scope, life, reply.sent_at, document)


def _check_owner(api: Api, document: dict[str, Any]) -> None:
    """Raises Unusable for a token of another user, which then is deleted. Case differs between directories."""
    if not api.identity.username:
        return  # whoever made the token that asks
    match document.get("summary_fields"):
        case {"user": {"username": str(owner)}} if owner.casefold() != api.identity.username.casefold():
            profile = api.identity.profile
            raise Unusable(
                ProviderRefused,
                f"{api.place} created a token of {one_line(owner)[:TEXT_LIMIT]} for profile {profile}, "
                f"which is for {api.identity.username}",
                moves.configuration.check("username", "url", of=f"[profile.{profile}]"),
            )


def owner_of(row: Mapping[str, Any]) -> str:
    """The name of the user whose token `row` is, empty where it does not tell."""
    match row.get("summary_fields"):
        case {"user": {"username": str(name)}}:
            return name
    return ""


def is_id(value: object) -> TypeGuard[int]:
    """Whether `value` is the id of a row; true is none."""
    return type(value) is int and 0 < value < 1 << 63


def life_of(created: object, expires: object, sent_at: float) -> float | None:
    """Seconds between the two times of a token, by the server's own clock; None when it does not tell both soundly.

    The default is 1000 years (`expires` in 3026), and an answer may lack either (reference/awx.md section 4).
    """
    end = moment(expires)
    begin = moment(created)
    if end is None or end <= 0:  # a date of the year 1 is how some programs write none
        return None
    if begin is not None:
        return end - begin
    return end - sent_at if end > sent_at else None  # or the two clocks differ


def moment(text: object) -> float | None:
    """UTC epoch seconds of an ISO 8601 time, None for anything else."""
    if not isinstance(text, str) or len(text) > 64:
        return None
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def description(state: AwxState, identity: AwxIdentity) -> str:
    """What to create a token under: what may be left from a creation before, if the configuration allows it."""
    if state.intent:
        return state.intent
    begin = _begin(identity)
    return state.mark if state.mark.startswith(begin) else begin + secrets.token_hex(NONCE_BYTES)


def _begin(identity: AwxIdentity) -> str:
    """The profile's own text, and who holds the token; a nonce makes it a description that no other token has."""
    own = one_line(identity.description or "")[:TEXT_LIMIT]
    host = one_line(identity.host)[:HOST_LIMIT]
    return f"{own} keyturn {identity.profile}@{host} ".lstrip()


def may_be_issued_to(identity: AwxIdentity, row: Mapping[str, Any]) -> bool:
    """Whether `row` may be a pair's token: one that another machine or program keeps has a description of theirs."""
    text = row.get("description")
    return not text or (isinstance(text, str) and text.startswith(_begin(identity)))


def made_by_us(text: object) -> bool:
    """Whether `text` is the description of a token that keyturn keeps, on any machine."""
    return isinstance(text, str) and _MARK.search(text) is not None


def made_on(host: str, text: str) -> bool:
    """Whether it was made on `host`, and not for somebody else to keep."""
    found = _MARK.search(text)
    return found is not None and found[2] == one_line(host)[:HOST_LIMIT] and found[1] != "new-token"


def replacing(before: AwxState, created: Created, identity: AwxIdentity, controller: str) -> AwxState:
    """The state after `created`: what `before` tells of is still to be cleaned up, and so is its intent."""
    life = identity.max_age if created.life is None else min(created.life, identity.max_age)
    return AwxState(
        account=identity.username,
        token=created.token,
        token_id=created.token_id,
        created_at=created.sent_at,
        expires_at=created.sent_at + life,
        scope=created.scope,
        requested=identity.requested,
        mark=before.intent,
        intent=before.intent,
        superseded=superseded_after(before),
        controller=controller,
    )


def superseded_after(before: AwxState) -> tuple[int, ...]:
    """The ids that are to be deleted once the token of `before` has a successor, too; of too many the oldest go."""
    replaced = (*before.superseded, before.token_id) if before.token_id else before.superseded
    return tuple(dict.fromkeys(replaced))[-SUPERSEDED_LIMIT:]


def is_young(state: AwxState, identity: AwxIdentity, now: float) -> bool:
    """Whether the token of `state` is what a new one would be. `now`: UTC epoch seconds."""
    age = now - state.created_at
    life = end_of(state, identity) - state.created_at
    return not state.doubted and state.requested == identity.requested and -CLOCK_SKEW <= age < life * YOUNG_SHARE


def end_of(state: AwxState, identity: AwxIdentity) -> float:
    """When the token of `state` is over for us: the configuration may have become stricter since."""
    return min(state.expires_at, state.created_at + identity.max_age)


def result(state: AwxState, identity: AwxIdentity) -> Result:
    """The token of `state` for the daemon."""
    return Result(
        access_token=state.token,
        expires_at=end_of(state, identity),
        issued_at=state.created_at,
        scopes=tuple(state.scope.split()),
        account=state.account,
    )
