"""What an endpoint's answer means: a token with its true times and its owner, or a refusal.

Numbers come as texts, and in Machine Learning's version even as a date.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from keyturn import moves
from keyturn.errors import ProviderRefused, ProviderUnreachable, one_line
from keyturnd.acquire.entra.answers import LONGEST_LIFE
from keyturnd.acquire.failed import Failed
from keyturnd.acquire.network.answers import claims_of, is_token, odd, parse
from keyturnd.messages.outcomes import Result

if TYPE_CHECKING:
    from keyturn.configuration.profiles.credentials.managed import ManagedIdentity
    from keyturn.kinds_of_hints import Hint
    from keyturnd.acquire.entra.managed.asked import Asked
    from keyturnd.acquire.network.transport import Answer

HALFWAY = 7200
"""Seconds of life from which on a token is renewed at its half, as msal does: they live for a day."""
PASSING = frozenset({404, 410})
"""IMDS answers so while it is being updated (Microsoft: retry guidance of IMDS); 429 and 5xx end in the transport."""
DATES = ("%m/%d/%Y %H:%M:%S %z", "%m/%d/%Y %I:%M:%S %p %z", "%Y-%m-%dT%H:%M:%S%z")
LARGEST = 10**15
"""Of the numbers that are read: JSON has some that no float can hold."""
SHOWN = 300


def result(answer: Answer, asked: Asked, identity: ManagedIdentity, scopes: tuple[str, ...]) -> Result:
    """The token in `answer`. Raises Failed, also where it is another identity's."""
    if answer.status != 200:
        raise _refused(answer, asked)
    said = parse(answer.body, asked.source)
    token = said.get("access_token")
    if not is_token(token):
        raise odd(asked.source, "holds no usable access token")
    claims = claims_of(token)
    _check_identity(said, claims, asked, identity)
    expires_at = _expiry(said, answer.sent_at, asked.source)
    life = expires_at - answer.sent_at
    owner = _text(said.get("client_id")) or _text(claims.get("appid")) or _text(claims.get("upn"))
    refresh_at = answer.sent_at + life / 2 if life >= HALFWAY else None
    details = {"tenant_id": _text(claims.get("tid")), "unique_id": _text(claims.get("oid")), "scopes": list(scopes)}
    return Result(token, expires_at, answer.sent_at, scopes, refresh_at=refresh_at, account=owner, details=details)


def _check_identity(said: dict[str, Any], claims: dict[str, Any], asked: Asked, identity: ManagedIdentity) -> None:
    """Raises Failed where a named identity was not given: an old agent of Arc answers for the machine's own."""
    told = {
        "client_id": (identity.client_id, said.get("client_id"), claims.get("appid")),
        "object_id": (identity.object_id, said.get("object_id"), claims.get("oid")),
        "resource_id": (identity.resource_id, said.get("msi_res_id"), _first(claims.get("xms_mirid"))),
    }
    for wanted, echoed, claimed in told.values():
        known = [value.lower() for value in (echoed, claimed) if isinstance(value, str)]
        if wanted and (any(value != wanted.lower() for value in known) or (asked.challenged and not known)):
            hint = moves.machines.arc_agent() if asked.challenged else moves.machines.assigned_identity()
            raise Failed(ProviderRefused, f"{asked.source} answered for another identity than the profile's", hint)


def _refused(answer: Answer, asked: Asked) -> Failed:
    """The status stays in it: what a body says differs, and some say nothing."""
    said = _reason(answer.body)
    sentence = f"{asked.source} gave no token (status {answer.status}{f': {said}' if said else ''})"
    if answer.status in PASSING:
        return Failed(ProviderUnreachable, sentence, moves.waiting.later())
    return Failed(ProviderRefused, sentence, _advice(said))


def _advice(said: str) -> Hint:
    """Azure's endpoints give a reason; a refusal without one is a proxy's, or another cloud's at the same address."""
    if not said:
        return moves.machines.on_azure()
    return moves.machines.assigned_identity() if "dentity" in said else moves.machines.resource()


def _reason(body: bytes) -> str:
    """What a refusal says, in whatever member it says it."""
    try:
        said = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return ""
    if isinstance(said, dict) and isinstance(said.get("error"), dict):
        said = said["error"]
    if not isinstance(said, dict):
        return ""
    found = (said.get(name) for name in ("error_description", "message", "error"))
    return one_line(next((text for text in found if isinstance(text, str) and text), ""))[:SHOWN].rstrip(". ")


def _expiry(said: dict[str, Any], sent_at: float, place: str) -> float:
    """UTC epoch seconds. `expires_in` counts from before the request left, `expires_on` by the endpoint's clock."""
    life = _number(said.get("expires_in"))
    expires_at = sent_at + life if life is not None else _moment(said.get("expires_on"))
    if expires_at is None or not 0 < expires_at - sent_at <= LONGEST_LIFE:
        raise odd(place, "says no usable lifetime")
    return expires_at


def _number(value: object) -> float | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        return float(value)
    return float(value) if type(value) is int and abs(value) < LARGEST else None


def _moment(value: object) -> float | None:
    number = _number(value)
    if number is not None or not isinstance(value, str):
        return number
    for form in DATES:
        try:
            return datetime.strptime(value, form).timestamp()  # noqa: DTZ007 - every form has %z
        except ValueError:
            continue
    return None


def _first(value: object) -> object:
    return value[0] if isinstance(value, list) and value else value


def _text(value: object) -> str:
    return value if isinstance(value, str) and value.isprintable() and len(value) <= 320 else ""
