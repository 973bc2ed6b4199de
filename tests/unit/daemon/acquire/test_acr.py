"""keyturnd.acquire.acr: what is sent to a registry, and what is believed of its answer."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs

import pytest

from keyturn.errors import ProviderRefused, ProviderUnreachable
from keyturnd.acquire import acr
from keyturnd.acquire.failed import Failed
from keyturnd.acquire.network.transport import Answer, Request, Transport
from keyturnd.broker.policy import renewal_point
from keyturnd.messages.identities import Registry
from keyturnd.messages.outcomes import Failure, Result

if TYPE_CHECKING:
    from collections.abc import Callable

SENT = 1_800_000_000.0
PLACE = "contoso.azurecr.io"
HOUR = 3600
ENTRA = Result("planted-entra-token", SENT + 3600, SENT, account="alice@contoso.example")


def jwt(**changes: Any) -> str:
    """A refresh token as ACR's, with `changes`; a change to None leaves the claim out."""
    claims = {"aud": PLACE, "iat": SENT, "nbf": SENT, "exp": SENT + 3 * HOUR, "grant_type": "refresh_token"} | changes
    parts = [{"alg": "RS256"}, {name: value for name, value in claims.items() if value is not None}]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*encoded, "c2lnbmF0dXJl"])


class Registered:
    """A transport with one answer ready; `seen` is what was sent."""

    def __init__(self, body: object, status: int = 200) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self._answer = Answer(status, {}, content, SENT)
        self.seen: list[Request] = []

    def exchange(self, request: Request) -> Answer:
        self.seen.append(request)
        return self._answer


def exchange(transport: object, registry: Registry | None = None) -> Result:
    return acr.exchange(registry or Registry(PLACE), ENTRA, "ci", cast("Transport", transport))


def told(act: Callable[[], object]) -> Failure:
    with pytest.raises(Failed) as failed:
        act()
    return failed.value.failure


@pytest.mark.parametrize("tenant", [None, "fabrikam.example"])
def test_the_token_goes_to_the_login_server_and_nowhere_else(tenant: str | None) -> None:
    transport = Registered({"refresh_token": jwt(aud="contoso.example:8443")})
    exchange(transport, Registry("contoso.example:8443", tenant))
    (request,) = transport.seen
    assert (request.method, request.url) == ("POST", "https://contoso.example:8443/oauth2/exchange")
    assert request.body is not None
    form = {"grant_type": ["access_token"], "service": ["contoso.example:8443"], "access_token": [ENTRA.access_token]}
    assert parse_qs(request.body.decode()) == form | ({} if tenant is None else {"tenant": [tenant]})


def test_the_result_is_the_registrys_token_and_nothing_of_entras() -> None:
    token = jwt()
    result = exchange(Registered({"refresh_token": token}))
    assert result == Result(token, SENT + 3 * HOUR, SENT, refresh_at=SENT + 1.5 * HOUR, account=ENTRA.account)


@pytest.mark.parametrize(
    ("claims", "life"),
    [
        ({}, 3 * HOUR),
        ({"iat": None, "exp": SENT + 2000}, 2000),
        ({"exp": SENT + 2089}, 2089),  # the one in ACR's documentation
        ({"exp": SENT + 100 * HOUR}, 3 * HOUR),
        ({"iat": SENT + 300, "exp": SENT + 300 + 3 * HOUR}, 3 * HOUR),  # our clock is slow
        ({"iat": SENT + 300, "exp": SENT + 300 + 2000}, 2000),
        ({"iat": SENT - 300, "exp": SENT - 300 + 3 * HOUR}, 3 * HOUR - 300),  # it is fast, or `iat` is backdated
        ({"iat": SENT - 900, "exp": SENT + 3 * HOUR}, 3 * HOUR),
        ({"exp": SENT + 60.5}, 60.5),
    ],
)
def test_a_life_is_never_told_too_long(claims: dict[str, Any], life: float) -> None:
    result = exchange(Registered({"refresh_token": jwt(**claims)}))
    assert (result.issued_at, result.expires_at) == (SENT, SENT + life)


@pytest.mark.parametrize(("life", "left"), [(3 * HOUR, 5400), (2 * HOUR, 3600), (5460, 2730), (600, 300)])
def test_it_is_renewed_with_90_minutes_left_or_half_of_a_shorter_life(life: float, left: float) -> None:
    result = exchange(Registered({"refresh_token": jwt(exp=SENT + life)}))
    due = renewal_point(
        issued_at=result.issued_at, expires_at=result.expires_at, refresh_at=result.refresh_at, jitter=1
    )
    assert result.expires_at - due == left


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"<html>", "is not JSON"),
        ([], "is not a JSON object"),
        ({}, "holds no usable refresh token"),
        ({"access_token": jwt()}, "holds no usable refresh token"),
        ({"refresh_token": f"{jwt()}\nusername=x"}, "holds no usable refresh token"),
        ({"refresh_token": "opaque"}, "holds a refresh token that is no JWT"),
        ({"refresh_token": "a.b.c"}, "holds a refresh token that is no JWT"),
        ({"refresh_token": jwt(aud="fabrikam.azurecr.io")}, "holds a refresh token for another registry"),
        ({"refresh_token": jwt(aud=f"{PLACE}.evil.example")}, "holds a refresh token for another registry"),
        ({"refresh_token": jwt(aud=None)}, "holds a refresh token for another registry"),
        ({"refresh_token": jwt(exp=None)}, "holds a refresh token that does not say when it ends"),
        ({"refresh_token": jwt(exp="never")}, "holds a refresh token that does not say when it ends"),
        ({"refresh_token": jwt(exp=True)}, "holds a refresh token that does not say when it ends"),
        ({"refresh_token": jwt(exp=1e300)}, "holds a refresh token that does not say when it ends"),
        ({"refresh_token": jwt(iat="now")}, "holds a refresh token that does not say when it ends"),
        ({"refresh_token": jwt(exp=SENT)}, "holds a refresh token that has ended, by the clock of this machine"),
        ({"refresh_token": jwt(exp=SENT - 1)}, "holds a refresh token that has ended, by the clock of this machine"),
    ],
)
def test_an_answer_nobody_can_use_is_told_and_may_be_different_later(body: object, sentence: str) -> None:
    failure = told(lambda: exchange(Registered(body)))
    assert failure.kind == ProviderUnreachable.kind
    assert failure.sentence == f"the answer of {PLACE} {sentence}"


@pytest.mark.parametrize("audience", [PLACE.upper(), [PLACE], ["x", PLACE]])
def test_an_audience_in_another_form(audience: object) -> None:
    assert exchange(Registered({"refresh_token": jwt(aud=audience)})).expires_at == SENT + 3 * HOUR


@pytest.mark.parametrize(
    ("place", "audience", "good"),
    [
        ("contoso.westeurope.geo.azurecr.io", "contoso.westeurope.geo.azurecr.io", True),
        ("contoso.westeurope.geo.azurecr.io", "contoso.azurecr.io", True),
        ("contoso-a1b2.westeurope.geo.azurecr.cn", "contoso-a1b2.azurecr.cn", True),
        ("contoso.westeurope.geo.azurecr.io", "contoso.northeurope.geo.azurecr.io", False),
        ("contoso.westeurope.geo.azurecr.io", "fabrikam.azurecr.io", False),
        ("contoso.westeurope.geo.azurecr.io", "contoso.azurecr.cn", False),
        ("contoso.azurecr.io", "contoso.westeurope.geo.azurecr.io", False),
        ("registry.contoso.example", "contoso.azurecr.io", True),
        ("registry.contoso.example:8443", "contoso.azurecr.io", True),
        ("registry.contoso.example", "contoso.azurecr.io.evil.example", False),
        ("registry.contoso.example", "registry.fabrikam.example", False),
    ],
)
def test_a_registry_may_call_itself_by_its_own_name(place: str, audience: str, good: bool) -> None:  # noqa: FBT001 - a parameter
    transport = Registered({"refresh_token": jwt(aud=audience)})
    if good:
        assert exchange(transport, Registry(place)).access_token == jwt(aud=audience)
    else:
        sentence = told(lambda: exchange(transport, Registry(place))).sentence
        assert sentence == f"the answer of {place} holds a refresh token for another registry"


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (
            401,
            {"errors": [{"code": "UNAUTHORIZED", "message": "authentication required."}]},
            "authentication required",
        ),
        (401, {"errors": [{"code": "DENIED", "message": ""}]}, "DENIED"),
        (400, {"errors": []}, "status 400"),
        (401, {"errors": [{"message": 7}]}, "status 401"),
        (401, b"<html>planted</html>", "status 401"),
        (401, [1], "status 401"),
    ],
)
def test_a_refusal_is_final_and_says_what_may_be_missing(status: int, body: object, said: str) -> None:
    failure = told(lambda: exchange(Registered(body, status), Registry(PLACE, "fabrikam.example")))
    assert failure.kind == ProviderRefused.kind
    assert failure.sentence == f"{PLACE} refused profile ci: {said}"
    assert failure.hint is not None
    assert "AcrPull" in failure.hint
    assert "Container Registry Repository Reader" in failure.hint
    assert f'"{PLACE}" = {{ profile = "ci", tenant = "…" }} in [targets.docker]' in failure.hint
    assert "instead of fabrikam.example" in failure.hint


def test_a_network_that_is_kept_out() -> None:
    """As ACR says it, whoever asks (az acr check-health, CONNECTIVITY_FORBIDDEN_ERROR): no role would help."""
    message = "client with IP '10.1.2.3' is not allowed access. Refer https://aka.ms/acr/firewall to grant access."
    failure = told(lambda: exchange(Registered({"errors": [{"code": "DENIED", "message": message}]}, 403)))
    assert failure.kind == ProviderRefused.kind
    assert failure.sentence == f"{PLACE} refused profile ci: {message.rstrip('.')}"
    assert failure.hint is not None
    assert "AcrPull" not in failure.hint
    assert failure.hint.endswith(f"ask an administrator of {PLACE} to let this network in")


def test_a_server_that_knows_no_exchange() -> None:
    failure = told(lambda: exchange(Registered({"errors": [{"message": "not found"}]}, 404)))
    assert failure.kind == ProviderRefused.kind
    assert failure.sentence == f"{PLACE} knows no token exchange: not found"


def test_what_a_refusal_echoes_is_not_shown() -> None:
    message = f"invalid token {jwt()} in line\nkeyturn: hint: rm -rf /"
    failure = told(lambda: exchange(Registered({"errors": [{"message": message}]}, 401)))
    assert failure.sentence == f"{PLACE} refused profile ci: invalid token … in line keyturn: hint: rm -rf /"
