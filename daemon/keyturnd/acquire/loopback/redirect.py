"""The answer to an authorization request (RFC 6749 section 4.1.2): what a browser brings, or a person pastes.

All of it is checked here, before msal sees anything: its exceptions quote what does not fit. What fits nobody is
refused, and the true answer is waited for: anybody may knock at a port.
"""

from __future__ import annotations

from secrets import compare_digest
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MOST_FIELDS = 32
LONGEST = 64 << 10
"""Bytes. Entra's codes have some 1500 characters."""


class Unfit(ValueError):
    """Not the answer that is waited for; its text tells a person why, and quotes nothing."""


class Awaited(NamedTuple):
    """What tells the one right answer from all others."""

    redirect_uri: str
    state: str
    is_issuer: Callable[[str | None], bool]
    """Whether this `iss` is right, None where there is none (RFC 9207)."""

    def check(self, fields: Mapping[str, str]) -> None:
        """Raises Unfit for what is not the answer to our request, or neither a code nor a refusal."""
        if not compare_digest(fields.get("state", "").encode(), self.state.encode()):
            raise Unfit("it belongs to another sign-in")
        if not self.is_issuer(fields.get("iss")):
            raise Unfit("it comes from another provider")
        if bool(fields.get("code")) == bool(fields.get("error")):
            raise Unfit("it holds no answer")

    def pasted(self, text: str) -> dict[str, str]:
        """The fields of the address that a browser ended on, elsewhere. Raises Unfit."""
        try:
            url = urlsplit(text.strip())
        except ValueError:
            raise Unfit("that is no address") from None
        if f"{url.scheme}://{url.netloc}" != self.redirect_uri or url.path not in {"", "/"}:
            raise Unfit(f"that is no address that begins with {self.redirect_uri}")
        fields = parsed(url.query)
        self.check(fields)
        return fields


def parsed(encoded: str) -> dict[str, str]:
    """The fields of a query or a form. Raises Unfit; RFC 6749 section 3.1 has none of them twice."""
    if len(encoded) > LONGEST:
        raise Unfit("it is too long")
    try:
        pairs = parse_qsl(encoded, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Unfit("it cannot be read") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Unfit("it holds something twice")
    return fields
