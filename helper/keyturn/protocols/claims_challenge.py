"""What a server that refuses a token wants the next one to be got with: the claims challenge of Entra ID's APIs.

    WWW-Authenticate: Bearer realm="", authorization_uri="…", error="insufficient_claims", claims="eyJhY2Nlc3N…"

Base64 (either alphabet, padded or not) of the JSON to send as the `claims` parameter (OpenID Connect Core 5.5;
reference/entra.md section 4).
"""

from __future__ import annotations

import base64
import json
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 8 << 10
"""Bytes of JSON. What is longer would not fit the URL of a sign-in page."""
MOST_BRACKETS = 200
"""Objects and lists, which is also how deep they may lie in each other: two, and one for each claim, are usual.
Near Python's own limit it depends on the caller whether JSON can be read."""

_CLAIMS = r'(?ai)(?:^|[\s,])claims\s*=\s*"?([A-Za-z0-9+/_=-]+)'
"""Compiled when the first challenge comes, and kept by `re`: as everywhere on the way of a start."""
_URL_SAFE = str.maketrans("-_", "+/")


def claims_of(headers: Iterable[str]) -> str | None:
    """The JSON of the first claims challenge among WWW-Authenticate `headers`, None where there is none."""
    return next(filter(None, map(_claims, headers)), None)


def claims_in(text: str) -> str | None:
    """The JSON that a person or a program gives: as it is, or as a challenge has it. None for anything else."""
    plain = text.strip()
    return _object(plain) if plain.startswith("{") else _decoded(plain)


def merged(before: str, after: str) -> str:
    """Claims requests (JSON) in one: a claim that both name is wanted as `after` has it.

    Two servers of one token, or one at two times, each challenge for their own alone: a token with the later one's
    claims only would be challenged for the earlier ones again.
    """
    first, second = json.loads(before), json.loads(after)
    both = {part: {**first.get(part, {}), **second.get(part, {})} for part in {**first, **second}}
    text = json.dumps(both, separators=(",", ":"))
    return after if both == second or len(text) > LONGEST else text


def _claims(header: str) -> str | None:
    if header[:7].lower() != "bearer " or (found := re.search(_CLAIMS, header)) is None:
        return None
    return _decoded(found[1])


def _decoded(encoded: str) -> str | None:
    plain = encoded.rstrip("=").translate(_URL_SAFE)
    try:
        return _object(base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode())
    except ValueError:  # binascii.Error is one
        return None


def _object(text: str) -> str | None:
    """`text` if it is a claims request, and not too long a one: an object of objects (`access_token`, `id_token`)."""
    brackets = text.count("{") + text.count("[")
    try:
        fits = len(text) <= LONGEST and brackets <= MOST_BRACKETS
        parsed = json.loads(text, parse_float=_finite, parse_constant=_finite) if fits else None
    except ValueError:
        return None
    return text if isinstance(parsed, dict) and all(isinstance(part, dict) for part in parsed.values()) else None


def _finite(number: str) -> float:
    """Raises ValueError for what JSON has no number for: Python reads NaN, and would write 1e400 as Infinity."""
    value = float(number)
    if abs(value) < float("inf"):
        return value
    raise ValueError(number)
