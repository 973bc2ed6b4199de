"""Where jobs of CI systems get their tokens, and what Entra gives for these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.emulator.client import EntraClient, claims_of, number_of

if TYPE_CHECKING:
    import httpx

    from keyturn_emulator.launch import Emulator

EXCHANGE = "api://AzureADTokenExchange"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def exchange(entra: EntraClient, token: str) -> httpx.Response:
    proof = {"client_secret": None, "client_assertion_type": ASSERTION_TYPE, "client_assertion": token}
    return entra.token(entra.credentials_form(**proof))


def test_github_actions(emulator: Emulator, entra: EntraClient) -> None:
    variables = emulator.ready.environments["github-actions"]
    url, bearer = variables["ACTIONS_ID_TOKEN_REQUEST_URL"], variables["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]

    def ask(url: str, scheme: str = "bearer") -> httpx.Response:
        return entra.http.get(url, headers={"Authorization": f"{scheme} {bearer}"})

    answer = ask(f"{url}&audience={EXCHANGE}").json()
    assert answer["count"] == len(answer["value"])
    claims = claims_of(answer["value"])
    assert (claims["aud"], claims["iss"]) == (EXCHANGE, "https://token.actions.githubusercontent.com")
    assert claims["exp"] - claims["iat"] == 300
    assert exchange(entra, answer["value"]).status_code == 200
    # Without an audience it is for nobody at Entra.
    assert number_of(exchange(entra, ask(url).json()["value"])) == 700212
    assert entra.http.get(url).status_code == ask(url, "Basic").status_code == 401
    # A second question mark: the query of the variable's URL was not seen.
    assert ask(f"{url}?audience={EXCHANGE}").status_code == 400
    assert ask(f"{url}&audience={EXCHANGE}&audience=x").status_code == 400
    emulator.control.advance(301)
    assert number_of(exchange(entra, answer["value"])) == 700024


@pytest.fixture
def pipelines(emulator: Emulator, entra: EntraClient) -> Any:
    """A request of a pipeline, which may be changed."""
    variables = emulator.ready.environments["azure-pipelines"]

    def ask(method: str = "POST", *, headers: dict[str, str] | None = None, **changes: str) -> httpx.Response:
        query = {"api-version": "7.1", "serviceConnectionId": emulator.ready.service_connection, **changes}
        proof = {"Authorization": f"Bearer {variables['SYSTEM_ACCESSTOKEN']}", "X-TFS-FedAuthRedirect": "Suppress"}
        return entra.http.request(
            method, variables["SYSTEM_OIDCREQUESTURI"], params=query, headers={**proof, **(headers or {})}
        )

    return ask


def test_azure_pipelines(entra: EntraClient, pipelines: Any) -> None:
    token = pipelines().json()["oidcToken"]
    assert claims_of(token)["exp"] - claims_of(token)["iat"] == 600
    assert exchange(entra, token).status_code == 200
    assert pipelines("GET").status_code == 405
    assert pipelines(serviceConnectionId="x").status_code == 404
    assert pipelines(**{"api-version": "6.0"}).status_code == 404


def test_who_does_not_suppress_the_sign_in_page_is_sent_to_it(pipelines: Any) -> None:
    assert pipelines(headers={"Authorization": "Bearer x"}).status_code == 401
    sent = pipelines(headers={"Authorization": "Bearer x", "X-TFS-FedAuthRedirect": ""})
    assert (sent.status_code, "_signin" in sent.headers["location"]) == (302, True)
