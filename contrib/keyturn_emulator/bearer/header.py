"""The one place where an Authorization header is read for a bearer token (RFC 6750 section 2.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn_emulator.bearer.signing import TokenRefused

if TYPE_CHECKING:
    from starlette.datastructures import Headers


def credentials(headers: Headers) -> tuple[str, str]:
    """Scheme (lower case) and credentials of the one Authorization header.

    Raises TokenRefused: `anonymous` where there is none, `ambiguous` where there are several.
    """
    values = headers.getlist("authorization")
    if not values:
        raise TokenRefused("anonymous")
    if len(values) > 1:
        raise TokenRefused("ambiguous")
    scheme, _, rest = values[0].partition(" ")
    return scheme.lower(), rest


def bearer_token(headers: Headers) -> str:
    """The bearer token; TokenRefused as `credentials`, and `scheme` for any scheme but Bearer."""
    scheme, token = credentials(headers)
    if scheme != "bearer":
        raise TokenRefused("scheme")
    return token
