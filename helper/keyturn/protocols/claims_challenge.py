"""What a server that refuses a token wants the next one to be got with: the claims challenge of Entra ID's APIs.

    WWW-Authenticate: Bearer realm="", authorization_uri="…", error="insufficient_claims", claims="eyJhY2Nlc3N…"

Base64 (either alphabet, padded or not) of the JSON to send as the `claims` parameter (OpenID Connect Core 5.5;
reference/entra.md section 4).
"""

from __future__ import annotations

import base64
import binascii
import json
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 8 << 10
"""Bytes of JSON. What is longer would not fit the URL of a sign-in page."""

_CLAIMS = re.compile(r'(?:^|[\s,])claims\s*=\s*"?([A-Za-z0-9+/_=-]+)', re.ASCII | re.IGNORECASE)
_URL_SAFE = str.maketrans("-_", "+/")


def claims_of(headers: Iterable[str]) -> str | None:
    """The JSON of the first claims challenge among WWW-Authenticate `headers`, None where there is none."""
    return next(filter(None, map(_claims, headers)), None)


def _claims(header: str) -> str | None:
    if header[:7].lower() != "bearer " or (found := _CLAIMS.search(header)) is None:
        return None
    encoded = found[1].rstrip("=").translate(_URL_SAFE)
    try:
        text = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True).decode()
        is_object = len(text) <= LONGEST and isinstance(json.loads(text), dict)
    except (binascii.Error, ValueError, RecursionError):
        return None
    return text if is_object else None
