"""Azure Container Registry: an Entra token for the registry's own refresh token (reference/docker.md section 2).

The token goes to the login server that the configuration names, straight to /oauth2/exchange: no challenge is asked
for, so no realm can lead it elsewhere, and a redirect is an error.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, TypeGuard
from urllib.parse import urlencode

from msgspec.structs import replace

from keyturn import moves
from keyturn.configuration.hosts import HTTPS_PORT, host_and_port
from keyturn.configuration.targets.docker import is_azure
from keyturn.errors import ProviderRefused, one_line
from keyturnd.acquire.failed import Failed, beside
from keyturnd.acquire.network import answers
from keyturnd.acquire.network.transport import Request
from keyturnd.messages.outcomes import Result

if TYPE_CHECKING:
    from keyturnd.acquire.network.transport import Answer, Transport
    from keyturnd.messages.identities import Registry

PATH = "/oauth2/exchange"
LONGEST_LIFE = 3 * 3600
"""Seconds: ACR's refresh tokens live 3 hours, with no plans to extend that (Azure/acr 191, 798). What claims to live
longer is not believed to."""
SPARE_LIFE = 90 * 60
"""Seconds of life below which a token is renewed: an engine keeps it for a whole push of many layers."""
_REGION = re.compile(r"\.[a-z0-9]+\.geo(?=\.azurecr\.)", re.ASCII)
"""What the name of a regional endpoint has in it beside the registry's own."""
MESSAGE_LIMIT = 200
WORD_LIMIT = 64
"""Characters. A longer word in a refusal is no word: it may be the token we sent, or a piece of it."""


def exchange(registry: Registry, entra: Result, profile: str, transport: Transport) -> Result:
    """The registry's refresh token for the Entra token in `entra`. Raises Failed, and not of Entra ID."""
    with beside():
        return _exchanged(registry, entra, profile, transport)


def _exchanged(registry: Registry, entra: Result, profile: str, transport: Transport) -> Result:
    place = registry.login_server
    form = {"grant_type": "access_token", "service": place, "access_token": entra.access_token}
    if registry.tenant is not None:
        form["tenant"] = registry.tenant
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    request = Request("POST", f"https://{place}{PATH}", headers, urlencode(form).encode())
    answer = _sent(request, place, transport)
    if answer.status != 200:
        raise _refused(answer, registry, profile)
    token = answers.parse(answer.body, place).get("refresh_token")
    if not answers.is_token(token):
        raise answers.odd(place, "holds no usable refresh token")
    return replace(_result(token, answer.sent_at, place), account=entra.account, account_id=entra.account_id)


def _sent(request: Request, place: str, transport: Transport) -> Answer:
    """The answer, with what the transport advises about an authority's redirects turned to the registry."""
    try:
        return transport.exchange(request)
    except Failed as failed:
        if failed.failure.kind != ProviderRefused.kind:
            raise
        hint = moves.configuration.check(
            "service", of=f"{place} in [targets.docker]", also=moves.configuration.LOGIN_PAGE
        )
        raise Failed(ProviderRefused, failed.failure.sentence, hint) from None


def _result(token: str, sent_at: float, place: str) -> Result:
    claims = answers.claims_of(token)
    if not claims:
        raise answers.odd(place, "holds a refresh token that is no JWT")
    if not _is_for(place, claims.get("aud")):
        raise answers.odd(place, "holds a refresh token for another registry")
    life = _life(claims, sent_at, place)
    return Result(
        access_token=token,
        expires_at=sent_at + life,
        issued_at=sent_at,
        # Half of a shorter life: else one of 91 minutes would be renewed every minute.
        refresh_at=sent_at + max(life - SPARE_LIFE, life / 2),
    )


def _life(claims: dict[str, Any], sent_at: float, place: str) -> float:
    """Seconds from `sent_at`.

    `exp` is by the registry's clock. Compared with the registry's own `iat` it is right even where our clock is slow;
    compared with our clock, even where `iat` is backdated. The shorter life is never too long.
    """
    ends, begins = claims.get("exp"), claims.get("iat", sent_at)
    if not _is_time(ends) or not _is_time(begins):
        raise answers.odd(place, "holds a refresh token that does not say when it ends")
    life = min(ends - begins, ends - sent_at, LONGEST_LIFE)
    if life <= 0:
        raise answers.odd(place, "holds a refresh token that has ended, by the clock of this machine")
    return float(life)


def _is_for(place: str, audience: object) -> bool:
    audiences = audience if isinstance(audience, list) else [audience]
    return any(isinstance(known, str) and _is_name_of(place, known.lower()) for known in audiences)


def _is_name_of(place: str, name: str) -> bool:
    """Whether the registry at `place` may call itself `name`.

    Which name ACR puts into the token of a regional endpoint or of a custom domain is documented nowhere. The token
    goes back to `place` whatever it says, so that the registry's own name is good too; another's is a mistake.
    """
    if name == place:
        return True
    if is_azure(*host_and_port(place)):
        return name == _REGION.sub("", place)
    return is_azure(name, HTTPS_PORT)


def _is_time(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1 << 40


def _refused(answer: Answer, registry: Registry, profile: str) -> Failed:
    place = registry.login_server
    said = _first_message(answer.body) or f"status {answer.status}"
    if answer.status == 404:
        return Failed(
            ProviderRefused,
            f"{place} knows no token exchange: {said}",
            moves.configuration.check("service", of=f"{place} in [targets.docker]"),
        )
    # 403 is the firewall's, before anybody looks at the token; who lacks a role is answered 401.
    hint = (
        moves.servers.registry_network(place)
        if answer.status == 403
        else moves.servers.registry_right(profile, place, registry.tenant)
    )
    return Failed(ProviderRefused, f"{place} refused profile {profile}: {said}", hint)


def _first_message(body: bytes) -> str:
    """The first message of the distribution API's error document, empty when there is none to show."""
    try:
        first = json.loads(body.decode("utf-8"))["errors"][0]
        message = first["message"] or first["code"]
    except (ValueError, RecursionError, KeyError, IndexError, TypeError):
        return ""
    if not isinstance(message, str):
        return ""
    words = ("…" if len(word) > WORD_LIMIT else word for word in one_line(message[:100_000]).split())
    return " ".join(words)[:MESSAGE_LIMIT].rstrip(". ")
