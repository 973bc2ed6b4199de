"""The `claims` parameter (OpenID Connect Core section 5.5): what a challenge wants, and what the client declares."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keyturn_emulator.bearer.demands import NOT_BEFORE, demanded
from keyturn_emulator.entra.refusals import EntraError, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturn_emulator.bearer.signing import Claims
    from keyturn_emulator.entra.requests.form import Form

CAPABILITIES = "xms_cc"
# "I handle claims challenges": whoever declares it gets long-lived tokens (reference/entra.md section 4).
CHALLENGEABLE = "CP1"
UNREADABLE = Kind(90100, "invalid_request", "claims parameter is empty or not valid.")


@dataclass(frozen=True)
class ClaimsRequest:
    """capable: CP1 was declared. wanted: names and values to be met, `nbf` and the capabilities left out."""

    capable: bool = False
    wanted: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def in_token(self) -> Claims:
        """What a token says that was asked for so."""
        said: Claims = {name: sorted(values) for name, values in self.wanted.items() if values}
        return said | ({CAPABILITIES: [CHALLENGEABLE]} if self.capable else {})


def claims_of(form: Form) -> ClaimsRequest:
    """What a form's `claims` ask for, nothing without; EntraError for what is no claims request."""
    if "claims" not in form:
        return ClaimsRequest()
    try:
        wanted = demanded(form["claims"])
    except (ValueError, TypeError, RecursionError):
        raise EntraError(UNREADABLE) from None
    declared = {value.upper() for value in wanted.pop(CAPABILITIES, frozenset())}
    wanted.pop(NOT_BEFORE, None)
    return ClaimsRequest(CHALLENGEABLE in declared, wanted)
