"""Claims that the servers which refused a token want the next one to be got with (reference/entra.md section 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyturnd.fetching.wants import Want
    from keyturnd.vault.records import RecordName


class Challenges:
    """The latest of each token, until one is got with them or the provider will not hear of them."""

    def __init__(self) -> None:
        self._claims: dict[RecordName, str] = {}

    def note(self, want: Want, claims: str | None) -> None:
        """The server that refused the token of `want` asks for `claims` (JSON), or with None for nothing."""
        if claims is not None:
            self._claims[want.key] = claims

    def claims(self, want: Want) -> str | None:
        """What to get the next token of `want` with."""
        return self._claims.get(want.key)

    def settle(self, want: Want) -> None:
        """They have been granted, or refused for good."""
        self._claims.pop(want.key, None)
