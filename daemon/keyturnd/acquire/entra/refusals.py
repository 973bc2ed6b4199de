"""What an OAuth error answer means, and what the user can do about it.

Decided on `error`, `suberror` and `claims` as Microsoft asks; AADSTS numbers choose the hint (see aadsts.py).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from keyturn import hints, moves
from keyturn.errors import ProviderRefused, ProviderUnreachable, SignInNeeded, one_line
from keyturn.protocols.claims_challenge import claims_in
from keyturnd.acquire.entra import aadsts
from keyturnd.acquire.failed import Failed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturn.errors import KeyturnError
    from keyturn.kinds_of_hints import Hint
    from keyturnd.messages.identities import EntraIdentity

_WORD = re.compile(r"[A-Za-z0-9_.-]{1,64}")
CORRELATION_ID = re.compile(r"[0-9A-Za-z-]{8,64}")

PASSING = frozenset({"temporarily_unavailable", "server_error", "timeout"})
A_PERSON = frozenset(
    {"invalid_grant", "interaction_required", "login_required", "consent_required", "account_selection_required"}
)
"""Errors of a user's request that a sign-in may solve."""
DEAD = frozenset({"bad_token", "token_expired", "client_mismatch"})
"""Suberrors that say the refresh token itself is dead, as some numbers do (aadsts.DEAD). All others, and none at all,
name a condition (consent, MFA, a managed device, an assignment) that this resource has and another may not: the login
is kept, as msal and azure-identity keep it."""
CLAIMS_LIMIT = 4096
"""Characters. What resources ask for takes a few dozen, and it goes into a URL at a browser's sign-in."""
OUT_OF_TIME = 700024
"""An assertion that is not valid now: an old one, or a clock that is wrong."""
CLOCK_LEEWAY = 120.0
"""Seconds. Entra puts up with 300; what is less than two minutes off is not the reason."""
AHEAD = "keyturn_clock_ahead"
"""What our client adds to an error answer, for msal to pass on."""
NO_LOGIN_HELPS = frozenset({"message_only"})


_MEMBERS = ("error", "suberror", "error_description", "error_codes", "correlation_id", "claims")
"""All of an error answer that anybody reads. msal would trip over an odd `id_token` or `refresh_in` beside them."""


class Refusal(NamedTuple):
    """An OAuth error answer (RFC 6749 section 5.2, with Entra's additions), reduced to what is safe to show."""

    error: str
    suberror: str = ""
    description: str = ""
    numbers: tuple[int, ...] = ()
    correlation_id: str = ""
    claims: str = ""
    ahead: float = 0.0
    """Seconds that this machine's clock is ahead of the provider's, by the Date of its answer; 0 if it has none."""

    @classmethod
    def read(cls, answer: Mapping[str, Any]) -> Refusal:
        """The refusal in an error answer, whatever the shape of its members."""
        said = answer.get("error_description")
        said = said if isinstance(said, str) else ""
        return cls(
            _matching(_WORD, answer.get("error")),
            _matching(_WORD, answer.get("suberror")),
            _first_sentence(said),
            aadsts.numbers_in(answer.get("error_codes"), said[:2000]),
            _matching(CORRELATION_ID, answer.get("correlation_id")),
            _claims(answer.get("claims")),
            float(answer.get(AHEAD, 0.0)),
        )

    def failed(self, who: EntraIdentity, *, of_user: bool, refresh: bool = False, account: str = "") -> Failed:
        """The failure this means: `of_user` for a person's sign-in, `refresh` for a stored one, of `account`."""
        kind = self._kind(of_user=of_user)
        return Failed(
            kind,
            f"Entra ID refused profile {who.profile}{f' ({account})' if account else ''}: {self._reason()}",
            self._hint(kind, who, of_user=of_user),
            state_dead=refresh and kind is not ProviderUnreachable and self._ends_login(),
            claims=self.claims if kind is SignInNeeded and self.claims else None,
            code=self.error,
        )

    def _hint(self, kind: type[KeyturnError], who: EntraIdentity, *, of_user: bool) -> Hint:
        if OUT_OF_TIME in self.numbers and abs(self.ahead) > CLOCK_LEEWAY:
            return moves.machines.set_clock(self.ahead)
        known = aadsts.hint(self.numbers, who, of_user=of_user)
        return known or self._usual_hint(kind, who.profile, of_user=of_user)

    def _kind(self, *, of_user: bool) -> type[KeyturnError]:
        if self.error in PASSING or aadsts.TRANSIENT.intersection(self.numbers):
            return ProviderUnreachable
        if of_user and self.error in A_PERSON and self.suberror not in NO_LOGIN_HELPS:
            return SignInNeeded
        return ProviderRefused

    def _ends_login(self) -> bool:
        if self.error != "invalid_grant":
            return False
        return self.suberror in DEAD or not aadsts.DEAD.isdisjoint(self.numbers)

    def _reason(self) -> str:
        said = self.description or self.error
        return f"{said} (correlation id {self.correlation_id})" if self.correlation_id else said

    def _usual_hint(self, kind: type[KeyturnError], profile: str, *, of_user: bool) -> Hint:
        if kind is SignInNeeded:
            return hints.login(profile)
        if kind is ProviderUnreachable:
            return moves.waiting.later()
        if self.error == "invalid_client" and not of_user:
            return hints.entrust(profile)
        if self.error in {"invalid_client", "unauthorized_client"}:
            return moves.configuration.check("application_id", "tenant", of=f"[profile.{profile}]")
        return moves.configuration.check("scopes", of=f"[profile.{profile}]", also="the scopes of the target")


def refused_answer(status: int, body: bytes, place: str) -> dict[str, Any]:
    """The OAuth error answer in a 4xx. Raises Failed when it holds none, as a page of something in between."""
    try:
        answer = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict) or not _matching(_WORD, answer.get("error")):
        raise Failed(
            ProviderRefused,
            f"{place} answered with status {status} and no reason",
            moves.configuration.check("authority", "environment", of="the profile", also="the proxy if there is one"),
        )
    return {name: answer[name] for name in _MEMBERS if name in answer}


def _matching(pattern: re.Pattern[str], value: object) -> str:
    return value if isinstance(value, str) and pattern.fullmatch(value) else ""


def _claims(value: object) -> str:
    """A claims challenge that can be sent back: msal fails on anything but a JSON object of objects."""
    if not isinstance(value, str) or len(value) > CLAIMS_LIMIT or not value.startswith("{"):
        return ""
    return claims_in(value) or ""


def _first_sentence(description: str) -> str:
    """The rest of a description holds names, addresses and times (Trace ID …), and asks for no line break.

    However long it is: `failed.without` shortens it, after it has looked for secrets.
    """
    first = re.split(r"[\r\n]|\.\s|Trace ID:", description, maxsplit=1)[0]
    return one_line(first).rstrip(". ")
