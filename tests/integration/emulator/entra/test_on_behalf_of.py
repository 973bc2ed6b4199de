"""On-behalf-of: a user's token for this client, for one for the next resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.emulator.client import AZURE_DEVOPS, DEVOPS_SCOPE, USER_SCOPE, EntraClient, claims_of, number_of

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def form(client: EntraClient, assertion: str, /, **changes: str | None) -> dict[str, str]:
    good: dict[str, str | None] = {
        "grant_type": GRANT,
        "client_id": client.service,
        "client_secret": client.secret,
        "assertion": assertion,
        "requested_token_use": "on_behalf_of",
        "scope": DEVOPS_SCOPE,
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


@pytest.fixture
def sent(emulator: Emulator, entra: EntraClient) -> str:
    """What a person's program has sent to the service: a token for it."""
    answer = entra.sign_in(emulator, f"openid offline_access api://{entra.service}/access_as_user")
    assert claims_of(answer["access_token"])["aud"] == f"api://{entra.service}"
    return str(answer["access_token"])


def test_the_user_stays_and_the_client_is_another(emulator: Emulator, entra: EntraClient, sent: str) -> None:
    answer = entra.token(form(entra, sent)).json()
    claims = claims_of(answer["access_token"])
    assert (claims["aud"], claims["upn"], claims["appid"]) == (AZURE_DEVOPS, emulator.ready.user, entra.service)
    assert "refresh_token" not in answer
    assert "refresh_token" in entra.token(form(entra, sent, scope=USER_SCOPE)).json()
    assert emulator.control.count("token.issued.on_behalf_of") == 2


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"requested_token_use": None}, 900144),
        ({"requested_token_use": "sign_in"}, 9002313),
        ({"assertion": None}, 900144),
        ({"assertion": "x"}, 50013),
        ({"scope": None}, 900144),
        ({"client_secret": None}, 7000218),
        ({"code": "x"}, 9002313),
    ],
)
def test_refused(entra: EntraClient, sent: str, changes: dict[str, str | None], number: int) -> None:
    assert number_of(entra.token(form(entra, sent, **changes))) == number


def test_assertions_that_are_not_for_this_client_not_a_users_or_too_old(
    emulator: Emulator, entra: EntraClient, sent: str
) -> None:
    signed_in = entra.sign_in(emulator)
    assert number_of(entra.token(form(entra, signed_in["access_token"]))) == 50013
    assert number_of(entra.token(form(entra, signed_in["id_token"]))) == 50013
    own = entra.service_token(f"api://{entra.service}/.default")
    assert number_of(entra.token(form(entra, own))) == 7000114
    emulator.control.advance(3601)
    assert number_of(entra.token(form(entra, sent))) == 500133


def test_a_public_client_acts_for_nobody(entra: EntraClient, sent: str) -> None:
    public = form(entra, sent, client_id=entra.device, client_secret=None)
    assert number_of(entra.token(public)) == 7000218
