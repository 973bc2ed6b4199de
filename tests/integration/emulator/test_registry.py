"""The emulator's registry, asked by hand: who gets a token, and what it is good for."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from keyturn_emulator.registry.sample import digest_of
from support.emulator.registry_client import BLOB, NULL_GUID, RegistryClient, client, pushed

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator

__all__ = ["client"]


def claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def test_the_refresh_token_is_acrs(client: RegistryClient, emulator: Emulator) -> None:
    found = claims(client.refresh_token())
    assert (found["aud"], found["grant_type"], found["tenant"]) == (
        client.registry, "refresh_token", emulator.ready.tenant,
    )  # fmt: skip
    assert found["iss"] == "Azure Container Registry"
    assert 3 * 3600 <= found["exp"] - found["iat"] <= 3 * 3600 + 1


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"service": "fabrikam.azurecr.io"}, 400),
        ({"service": None}, 400),
        ({"grant_type": "access_token_refresh_token"}, 400),
        ({"grant_type": "refresh_token"}, 400),
        ({"access_token": None}, 400),
        ({"access_token": "eyJ.e30.x"}, 401),
        ({"tenant": "fabrikam.example"}, 401),
        ({"tenant": "contoso.example"}, 200),
        ({"unknown": "x"}, 400),
        ({"scope": "repository:app:pull"}, 400),
    ],
)
def test_the_exchange_is_strict(changes: dict[str, str | None], status: int, client: RegistryClient) -> None:
    assert client.exchange(**changes).status_code == status


def test_only_the_registrys_own_audience_is_taken(client: RegistryClient) -> None:
    for scope in ("https://management.azure.com/.default", "https://vault.azure.net/.default"):
        assert client.exchange(access_token=client.entra_token(scope)).status_code == 401


def test_a_registrys_token_is_no_entra_token(client: RegistryClient) -> None:
    assert client.exchange(access_token=client.refresh_token()).status_code == 401


def test_the_exchange_takes_a_form_by_post_alone(client: RegistryClient) -> None:
    url, form = f"{client.url}/oauth2/exchange", {"grant_type": "access_token", "service": client.registry}
    assert client.http.get(url, params=form).status_code == 405
    assert client.http.post(url, json=form).status_code == 400
    assert client.http.post(f"{url}?tenant=x", data=form).status_code == 400


def test_three_ways_to_an_access_token(client: RegistryClient, emulator: Emulator) -> None:
    refresh = client.refresh_token()
    scope = "repository:team/app:pull,push"
    answers = [
        client.basic(refresh, scope=scope, account=NULL_GUID),
        client.posted(grant_type="refresh_token", refresh_token=refresh, scope=scope, client_id="docker"),
        client.posted(
            grant_type="password", username=NULL_GUID, password=refresh, scope=scope, client_id="containerd"
        ),
    ]
    for answer in answers:
        assert set(answer.json()) == {"access_token"}
        found = claims(answer.json()["access_token"])
        assert found["access"] == [{"type": "repository", "name": "team/app", "actions": ["pull", "push"]}]
        assert 4500 <= found["exp"] - found["iat"] <= 4501
    counts = emulator.control.counts()
    ways = ("basic", "refresh_token", "password")
    assert {way: counts[f"registry.token.{way}"] for way in ways} == dict.fromkeys(ways, 1)


def test_a_login_gets_its_refresh_token_back(client: RegistryClient) -> None:
    refresh = client.refresh_token()
    assert client.basic(refresh, offline_token="true", client_id="docker").json()["refresh_token"] == refresh


def test_who_gets_no_access_token(client: RegistryClient, emulator: Emulator) -> None:
    refresh = client.refresh_token()
    access = client.basic(refresh).json()["access_token"]
    assert client.basic(refresh, user="admin").status_code == 401
    assert client.basic(access).status_code == 401
    assert client.basic(refresh, service="fabrikam.azurecr.io").status_code == 400
    assert client.posted(grant_type="client_credentials").status_code == 400
    assert client.http.get(f"{client.url}/oauth2/token", params={"service": client.registry}).status_code == 401
    emulator.control.advance(3 * 3600 + 2)
    assert client.basic(refresh).status_code == 401
    later = client.refresh_token()
    assert emulator.control.revoke_registry() == 3
    assert client.basic(later).status_code == 401
    reasons = {name for name in emulator.control.counts() if name.startswith("registry.token.refused.")}
    assert {name.rpartition(".")[2] for name in reasons} == {
        "user", "unknown", "service", "grant", "anonymous", "expired", "revoked",
    }  # fmt: skip


def test_the_challenge_names_the_registry_itself(client: RegistryClient) -> None:
    def challenge(method: str, path: str, **headers: str) -> str:
        answer = client.http.request(method, client.url + path, headers=headers)
        assert (answer.status_code, answer.headers["docker-distribution-api-version"]) == (401, "registry/2.0")
        assert answer.json()["errors"][0]["code"] == "UNAUTHORIZED"
        return answer.headers["www-authenticate"]

    common = f'Bearer realm="{client.url}/oauth2/token",service="{client.registry}"'
    assert challenge("GET", "/v2/") == common
    assert challenge("GET", "/v2/app/manifests/1") == f'{common},scope="repository:app:pull"'
    assert challenge("PUT", "/v2/app/manifests/1") == f'{common},scope="repository:app:pull,push"'
    assert challenge("POST", "/v2/app/blobs/uploads/") == f'{common},scope="repository:app:pull,push"'
    assert challenge("GET", "/v2/_catalog") == f'{common},scope="registry:catalog:*"'
    assert challenge("GET", "/v2/", Authorization="Bearer x.y.z") == f'{common},error="invalid_token"'
    refused = challenge("GET", "/v2/app/manifests/1", **client.may("repository:other:pull"))
    assert refused == f'{common},scope="repository:app:pull",error="insufficient_scope"'


def test_an_abac_enabled_registry_asks_for_each_repository(client: RegistryClient, emulator: Emulator) -> None:
    emulator.control.settings(registry_abac=True)
    refresh = client.refresh_token()
    scope = "repository:team/app:pull,push repository:other:pull registry:catalog:*"
    found = claims(client.basic(refresh, scope=scope).json()["access_token"])
    assert [entry["actions"] for entry in found["access"]] == [["pull", "push"], [], []]
    assert client.http.get(f"{client.url}/v2/_catalog", headers=client.may("registry:catalog:*")).status_code == 401


def test_who_brings_nothing_may_pull_where_that_is_allowed(client: RegistryClient, emulator: Emulator) -> None:
    emulator.control.settings(registry_anonymous_pull=True)
    url, scope = f"{client.url}/oauth2/token", "repository:app:pull,push registry:catalog:*"
    answer = client.http.get(url, params={"service": client.registry, "scope": scope})
    assert [entry["actions"] for entry in claims(answer.json()["access_token"])["access"]] == [["pull"], []]
    assert client.basic("planted").status_code == 401  # bad credentials are no missing ones


def test_layers_come_from_the_data_endpoint_without_credentials(client: RegistryClient, emulator: Emulator) -> None:
    may, _ = pushed(client)
    emulator.control.settings(registry_data_endpoint=True)
    place = f"{client.url}/v2/app/blobs/{digest_of(BLOB)}"
    assert client.http.head(place, headers=may).status_code == 200
    led = client.http.get(place, headers=may)
    assert led.status_code == 307
    there = led.headers["location"]
    assert there.startswith(f"https://localhost:{emulator.ready.registry_port}/")
    assert client.http.get(there).content == BLOB
    assert client.http.get(there, headers=may).status_code == 400
    assert client.http.get(there + "x").status_code == 403
    assert client.http.get(there.replace("localhost", "127.0.0.1")).status_code == 403


def test_a_network_that_is_kept_out_hears_nothing_else(client: RegistryClient, emulator: Emulator) -> None:
    token = client.entra_token()
    emulator.control.settings(registry_firewalled=True)
    for answer in (client.exchange(access_token=token), client.http.get(f"{client.url}/v2/")):
        (error,) = answer.json()["errors"]
        assert (answer.status_code, error["code"], "www-authenticate" in answer.headers) == (403, "DENIED", False)
        assert "https://aka.ms/acr/firewall" in error["message"]
