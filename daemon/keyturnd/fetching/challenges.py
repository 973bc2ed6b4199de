"""Claims that the servers which refused a token want the next one to be got with (reference/entra.md section 4)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from keyturn.protocols.claims_challenge import merged

if TYPE_CHECKING:
    from keyturnd.fetching.wants import Want
    from keyturnd.vault.records import RecordName


class Challenges:
    """The latest of each token, until the provider will not hear of them.

    Those that were granted go on: the server would challenge the next token, too, and a git that has asked twice
    because of something else (its token was revoked) asks no third time.
    """

    def __init__(self) -> None:
        self._claims: dict[RecordName, str] = {}
        self._granted: dict[RecordName, str] = {}

    def note(self, want: Want, claims: str | None) -> None:
        """The server that refused the token of `want` asks for `claims` (JSON), or with None for nothing."""
        if claims is not None:
            self._claims[want.key] = claims

    def are_news(self, want: Want, claims: str | None) -> bool:
        """Whether `claims` (JSON) would change what the next token of `want` is got with."""
        known = self.claims(want)
        return claims is not None and (known is None or json.loads(merged(known, claims)) != json.loads(known))

    def claims(self, want: Want) -> str | None:
        """What to get the next token of `want` with."""
        noted, granted = self._claims.get(want.key), self._granted.get(want.key)
        return merged(granted, noted) if noted and granted else noted or granted

    def grant(self, want: Want, claims: str | None) -> None:
        """A token was got with `claims`, at a person's sign-in perhaps, which a refusal had told what to meet."""
        if claims is None or claims == want.claims:
            return
        if self.claims(want) == claims:  # else another challenge has come meanwhile
            self._claims.pop(want.key, None)
        self._granted[want.key] = claims

    def recall(self, want: Want, claims: str | None) -> None:
        """The token of `want` that an earlier daemon left was got with `claims`."""
        if claims is not None:
            self._granted.setdefault(want.key, claims)

    def lapse(self, want: Want) -> bool:
        """Whether what was granted once may have stood in the way of a token; it is forgotten then."""
        return self._granted.pop(want.key, None) is not None

    def refuse(self, want: Want) -> None:
        """They are refused for good."""
        self._claims.pop(want.key, None)
        self._granted.pop(want.key, None)
