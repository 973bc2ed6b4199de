"""What any provider's answer must be before somebody looks into it: a JSON object, tokens that are text, counts."""

from __future__ import annotations

import base64
import json
from typing import Any, TypeGuard

from keyturn import moves
from keyturn.errors import ProviderUnreachable
from keyturnd.acquire.failed import Failed

SURROGATE = rb"\ud"
"""How JSON begins to write one, in lower case; most are halves of a pair."""
TOKEN_LIMIT = 100_000
"""Characters of one token. Entra's stay below 10 000; three of this size still fit a line of the channel."""


def parse(body: bytes, place: str) -> dict[str, Any]:
    """The JSON object in `body`. Raises Failed when it is anything else."""
    try:
        answer = loaded(body)
    except (ValueError, RecursionError):
        raise odd(place, "is not JSON") from None
    if not isinstance(answer, dict):
        raise odd(place, "is not a JSON object")
    return answer


def loaded(body: bytes) -> Any:
    """The JSON in `body`. Raises ValueError and RecursionError for anything else.

    A lone surrogate is a string that nobody can pass on (RFC 8259 section 8.2): all of the answer is none then.
    """
    value = json.loads(body.decode("utf-8"))
    if SURROGATE in body.lower():
        json.dumps(value, ensure_ascii=False).encode()
    return value


def odd(place: str, how: str) -> Failed:
    """A 200 nobody can use. Transient: it is no refusal, and whatever stands in between may be gone tomorrow."""
    return Failed(ProviderUnreachable, f"the answer of {place} {how}", moves.waiting.later())


def claims_of(jwt: str) -> dict[str, Any]:
    """The claims of a JWT, unverified, {} when it is none. Only for display and naming, never to trust."""
    parts = jwt.split(".")
    return decoded(parts[1]) if len(parts) == 3 else {}


def decoded(part: str) -> dict[str, Any]:
    """The object in one part of a JWT (RFC 7515 section 3), {} when it is none."""
    try:
        value = loaded(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def is_token(value: object) -> TypeGuard[str]:
    """Whether `value` is a string of visible ASCII, as RFC 6749 appendix A has it (VSCHAR), and not endless.

    A line break in one would forge a line in git's credential protocol.
    """
    if not isinstance(value, str) or not 0 < len(value) <= TOKEN_LIMIT:
        return False
    return value.isascii() and value.isprintable() and " " not in value


def is_count(value: object, most: int) -> bool:
    """Whether `value` is a whole number from 1 to `most`; true and "3600" are not."""
    return type(value) is int and 0 < value <= most
