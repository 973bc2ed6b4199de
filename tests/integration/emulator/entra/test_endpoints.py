"""The emulator's Entra endpoints by hand: each grant once as it should be, and every refusal."""

from __future__ import annotations

import base64
import re
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

import pytest

from support.emulator.client import AZURE_DEVOPS, DEVOPS_SCOPE, EntraClient, claims_of, number_of

if TYPE_CHECKING:
    import httpx

    from keyturn_emulator.launch import Emulator


def test_configuration_by_id_and_by_domain(emulator: Emulator, entra: EntraClient) -> None:
    base, tenant = emulator.ready.authority, emulator.ready.tenant
    for name in (tenant, tenant.upper(), emulator.ready.domain):
        found = entra.http.get(f"{base}/{name}/v2.0/.well-known/openid-configuration").json()
        assert found["issuer"] == f"{base}/{tenant}/v2.0"
        assert found["token_endpoint"] == entra.token_url
        assert found["device_authorization_endpoint"] == entra.device_url
    assert emulator.control.count("discovery") == 3


@pytest.mark.parametrize("name", ["common", "organizations"])
def test_configuration_without_a_tenant(emulator: Emulator, entra: EntraClient, name: str) -> None:
    base = emulator.ready.authority
    found = entra.http.get(f"{base}/{name}/v2.0/.well-known/openid-configuration").json()
    assert found["issuer"] == f"{base}/{{tenantid}}/v2.0"
    assert found["token_endpoint"] == f"{base}/{name}/oauth2/v2.0/token"


def test_the_issuer_has_the_host_that_was_asked(emulator: Emulator, entra: EntraClient) -> None:
    base = emulator.ready.authority.replace("127.0.0.1", "localhost")
    found = entra.http.get(f"{base}/common/v2.0/.well-known/openid-configuration").json()
    assert all(str(found[name]).startswith(f"{base}/") for name in ("issuer", "jwks_uri", "token_endpoint"))


def test_another_host_is_none_of_ours(emulator: Emulator, entra: EntraClient) -> None:
    url = f"{entra.tenant_url}/v2.0/.well-known/openid-configuration"
    for host in ("evil.example", "127.0.0.1.evil.example", "x@127.0.0.1", "localhost:x", ""):
        assert entra.http.get(url, headers={"Host": host}).status_code == 421


def test_what_msal_for_node_tells_of_itself_counts_for_nothing(entra: EntraClient) -> None:
    own = {"x-client-SKU": "msal.js.node", "x-client-VER": "3", "x-ms-lib-capability": "retry-after, h429"}
    trace = str(uuid.uuid4())
    query = {"client-request-id": trace}
    headers = {"return-client-request-id": "true"}
    answer = entra.token(entra.credentials_form() | own, params=query, headers=headers)
    assert (answer.status_code, answer.headers["client-request-id"]) == (200, trace)
    assert number_of(entra.token(entra.credentials_form(), params=query | {"client_id": "x"})) == 9002313


def test_instance_discovery(emulator: Emulator, entra: EntraClient) -> None:
    url = f"{emulator.ready.authority}/common/discovery/instance"
    asked = {"api-version": "1.1", "authorization_endpoint": f"{entra.tenant_url}/oauth2/v2.0/authorize"}
    found = entra.http.get(url, params=asked).json()
    assert found["tenant_discovery_endpoint"] == f"{entra.tenant_url}/v2.0/.well-known/openid-configuration"
    older = {**asked, "authorization_endpoint": f"{emulator.ready.authority}/common/oauth2/authorize"}
    assert entra.http.get(url, params=older).json()["metadata"] == found["metadata"], "as MSAL for Python asks"
    elsewhere = {**asked, "authorization_endpoint": "https://evil.example/common/oauth2/v2.0/authorize"}
    assert entra.http.get(url, params=elsewhere).json()["error"] == "invalid_instance"
    assert number_of(entra.http.get(url)) == 900144


def test_client_credentials(emulator: Emulator, entra: EntraClient) -> None:
    response = entra.token(entra.credentials_form(client_info="1"))
    answer = response.json()
    assert response.headers["cache-control"] == "no-store, no-cache"
    assert set(answer) == {"token_type", "expires_in", "ext_expires_in", "access_token"}
    claims = claims_of(answer["access_token"])
    assert claims["aud"] == AZURE_DEVOPS
    assert (claims["tid"], claims["appid"]) == (emulator.ready.tenant, entra.service)
    assert claims["oid"] == claims["sub"] not in {entra.service, emulator.ready.tenant}
    assert claims["exp"] - claims["iat"] in {answer["expires_in"], answer["expires_in"] + 1}
    assert not {"scp", "roles", "upn"} & set(claims)


def test_roles_are_in_the_token(entra: EntraClient) -> None:
    token = entra.service_token("https://graph.microsoft.com/.default")
    assert claims_of(token)["roles"] == ["Directory.Read.All"]


def test_the_header_does_as_well_as_the_body(entra: EntraClient) -> None:
    pair = f"{entra.service}:{quote_plus(entra.secret)}"
    header = {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
    form = entra.credentials_form(client_id=None, client_secret=None)
    assert entra.token(form, headers=header).status_code == 200
    wrong = entra.token(form, headers={"Authorization": f"Basic {base64.b64encode(b'x:y').decode()}"})
    assert number_of(wrong) == 700016


def test_lifetimes_and_refresh_in(emulator: Emulator, entra: EntraClient) -> None:
    emulator.control.settings(token_lifetime=7199)
    assert "refresh_in" not in entra.token(entra.credentials_form()).json()
    emulator.control.settings(token_lifetime=7200)
    answer = entra.token(entra.credentials_form()).json()
    assert (answer["expires_in"], answer["ext_expires_in"], answer["refresh_in"]) == (7200, 7200, 3600)


def test_the_error_document(emulator: Emulator, entra: EntraClient) -> None:
    asked = str(uuid.uuid4())
    headers = {"client-request-id": asked, "return-client-request-id": "true"}
    response = entra.token(entra.credentials_form(client_secret="wrong"), headers=headers)
    body = response.json()
    assert response.status_code == 401
    assert (body["error"], body["error_codes"], body["correlation_id"]) == ("invalid_client", [7000215], asked)
    assert response.headers["client-request-id"] == asked
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", body["timestamp"])
    description = body["error_description"]
    assert description.startswith("AADSTS7000215: Invalid client secret provided.")
    assert description.endswith(
        f"Trace ID: {body['trace_id']} Correlation ID: {asked} Timestamp: {body['timestamp']}"
    )
    assert body["error_uri"] == f"{emulator.ready.authority}/error?code=7000215"
    assert "suberror" not in body
    assert "wrong" not in response.text


@pytest.mark.parametrize(
    ("changes", "status", "error_number"),
    [
        ({"client_secret": None}, 401, ("invalid_client", 7000218)),
        ({"client_secret": "wrong"}, 401, ("invalid_client", 7000215)),
        ({"client_id": "11111111-1111-1111-1111-111111111111"}, 400, ("unauthorized_client", 700016)),
        ({"client_id": None}, 400, ("invalid_request", 900144)),
        ({"grant_type": None}, 400, ("invalid_request", 900144)),
        ({"scope": None}, 400, ("invalid_request", 900144)),
        ({"grant_type": "password"}, 400, ("unsupported_grant_type", 70003)),
        ({"grant_type": "implicit"}, 400, ("unsupported_grant_type", 70003)),
        ({"scope": AZURE_DEVOPS}, 400, ("invalid_scope", 1002012)),
        ({"scope": "openid profile"}, 400, ("invalid_scope", 70011)),
        ({"scope": f"{DEVOPS_SCOPE}  openid"}, 400, ("invalid_scope", 70011)),
        ({"scope": "https://nowhere.example/.default"}, 400, ("invalid_resource", 500011)),
        ({"resource": AZURE_DEVOPS}, 400, ("invalid_request", 9002313)),
        ({"refresh_token": "x"}, 400, ("invalid_request", 9002313)),
        ({"claims": ""}, 400, ("invalid_request", 9002313)),
        ({"claims": "{"}, 400, ("invalid_request", 90100)),
        ({"claims": "[]"}, 400, ("invalid_request", 90100)),
        ({"claims": '{"access_token": 1}'}, 400, ("invalid_request", 90100)),
        ({"claims": '{"access_token": {"acrs": "c1"}}'}, 400, ("invalid_request", 90100)),
        ({"client_info": "2"}, 400, ("invalid_request", 9002313)),
    ],
)
def test_refused(
    emulator: Emulator,
    entra: EntraClient,
    changes: dict[str, Any],
    status: int,
    error_number: tuple[str, int],
) -> None:
    response = entra.token(entra.credentials_form(**changes))
    assert response.status_code == status
    assert (response.json()["error"], number_of(response)) == error_number
    assert emulator.control.count(f"token.refused.AADSTS{error_number[1]}") == 1
    assert emulator.control.count("token.issued") == 0


def test_a_public_client_has_no_secret(entra: EntraClient) -> None:
    mistaken = entra.token(entra.credentials_form(client_id=entra.device))
    assert (mistaken.status_code, number_of(mistaken)) == (401, 700025)
    bare = entra.token(entra.credentials_form(client_id=entra.device, client_secret=None))
    assert (bare.status_code, number_of(bare)) == (401, 7000218)


def test_tenants(emulator: Emulator, entra: EntraClient) -> None:
    def ask(tenant: str) -> httpx.Response:
        return entra.http.post(
            f"{emulator.ready.authority}/{tenant}/oauth2/v2.0/token", data=entra.credentials_form()
        )

    assert ask(emulator.ready.domain).status_code == 200
    assert number_of(ask("common")) == number_of(ask("organizations")) == 50059
    assert number_of(ask(str(uuid.uuid4()))) == number_of(ask("fabrikam.example")) == 90002
    where = f"{emulator.ready.authority}/fabrikam.example/v2.0/.well-known/openid-configuration"
    assert (ask("fabrikam.example").json()["error"], entra.http.get(where).json()["error"]) == (
        "invalid_request", "invalid_tenant",
    )  # fmt: skip


def test_methods_types_and_places(entra: EntraClient) -> None:
    form = entra.credentials_form()
    for url in (entra.token_url, entra.device_url):
        wrong_method = entra.http.get(url)
        assert (wrong_method.status_code, number_of(wrong_method)) == (405, 900561)
        assert wrong_method.headers["allow"] == "POST"
        assert number_of(entra.http.put(url, data=form)) == 900561
        assert number_of(entra.http.post(url, json=form)) == 900144
        assert number_of(entra.http.post(url, content=b"x=1")) == 900144
        assert number_of(entra.http.post(url, params=form)) == 9002313
    assert number_of(entra.http.post(entra.token_url, params={"x": "1"}, data=form)) == 9002313


def test_forms_that_are_none(entra: EntraClient) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    def post(content: bytes) -> int:
        return number_of(entra.http.post(entra.token_url, content=content, headers=headers))

    assert post(b"grant_type=client_credentials&grant_type=client_credentials") == 9000411
    assert post(b"grant_type=%zz") == post(b"grant_type") == post(b"scope=%ff") == 9002313
    assert post(b"scope=" + b"x" * 70_000) == 9002313


def test_a_changed_secret(emulator: Emulator, entra: EntraClient) -> None:
    changed = emulator.control.change_secret()
    assert number_of(entra.token(entra.credentials_form())) == 7000215
    assert entra.token(entra.credentials_form(client_secret=changed)).status_code == 200
    emulator.control.reset()
    assert entra.token(entra.credentials_form()).status_code == 200
