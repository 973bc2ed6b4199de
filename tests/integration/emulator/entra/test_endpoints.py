"""The emulator's Entra endpoints by hand: each grant once as it should be, and every refusal."""

from __future__ import annotations

import base64
import re
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

import pytest

from support.emulator.client import AZURE_DEVOPS, DEVOPS_SCOPE, USER_SCOPE, EntraClient, claims_of, number_of

if TYPE_CHECKING:
    import httpx

    from keyturn_emulator.launch import Emulator


# --- discovery


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


def test_instance_discovery(emulator: Emulator, entra: EntraClient) -> None:
    url = f"{emulator.ready.authority}/common/discovery/instance"
    asked = {"api-version": "1.1", "authorization_endpoint": f"{entra.tenant_url}/oauth2/v2.0/authorize"}
    found = entra.http.get(url, params=asked).json()
    assert found["tenant_discovery_endpoint"] == f"{entra.tenant_url}/v2.0/.well-known/openid-configuration"
    elsewhere = {**asked, "authorization_endpoint": "https://evil.example/common/oauth2/v2.0/authorize"}
    assert entra.http.get(url, params=elsewhere).json()["error"] == "invalid_instance"
    assert number_of(entra.http.get(url)) == 900144


# --- the answer and the error document


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


# --- refusals


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
        ({"grant_type": "device_code"}, 400, ("unsupported_grant_type", 70003)),
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


# --- the device code flow


def test_a_device_sign_in(emulator: Emulator, entra: EntraClient) -> None:
    started = entra.start_device()
    assert set(started) == {
        "user_code", "device_code", "verification_uri", "expires_in", "interval", "message",
    }  # fmt: skip
    assert (started["expires_in"], started["interval"]) == (900, 5)
    assert started["verification_uri"] in started["message"]
    assert started["user_code"] in started["message"]
    pending = entra.token(entra.poll_form(started["device_code"]))
    assert (pending.status_code, pending.json()["error"], number_of(pending)) == (
        400, "authorization_pending", 70016,
    )  # fmt: skip
    emulator.control.approve(started["user_code"])
    emulator.control.advance(5)
    answer = entra.token(entra.poll_form(started["device_code"], client_info="1")).json()
    assert answer["scope"] == f"{AZURE_DEVOPS}/user_impersonation {DEVOPS_SCOPE}"
    access, identity = claims_of(answer["access_token"]), claims_of(answer["id_token"])
    assert (access["aud"], access["upn"], access["scp"]) == (
        AZURE_DEVOPS, emulator.ready.user, "user_impersonation",
    )  # fmt: skip
    assert (identity["aud"], identity["preferred_username"]) == (entra.device, emulator.ready.user)
    assert identity["iss"] == f"{entra.tenant_url}/v2.0"
    assert claims_of(f".{answer['client_info']}.") == {"uid": access["oid"], "utid": emulator.ready.tenant}
    assert emulator.control.count("device.poll") == 2


def test_only_what_was_asked_for(emulator: Emulator, entra: EntraClient) -> None:
    answer = entra.sign_in(emulator, DEVOPS_SCOPE)
    assert set(answer) == {"token_type", "expires_in", "ext_expires_in", "access_token", "scope"}
    assert "id_token" in entra.sign_in(emulator, f"openid {DEVOPS_SCOPE}")
    assert "refresh_token" in entra.sign_in(emulator, f"offline_access {DEVOPS_SCOPE}")


def test_as_somebody_else(emulator: Emulator, entra: EntraClient) -> None:
    started = entra.start_device()
    emulator.control.approve(started["user_code"], "bob@contoso.example")
    answer = entra.token(entra.poll_form(started["device_code"])).json()
    assert claims_of(answer["access_token"])["upn"] == "bob@contoso.example"


def test_by_organizations(emulator: Emulator, entra: EntraClient) -> None:
    base = f"{emulator.ready.authority}/organizations/oauth2/v2.0"
    form = {"client_id": entra.device, "scope": USER_SCOPE}
    started = entra.http.post(f"{base}/devicecode", data=form).json()
    emulator.control.approve(started["user_code"])
    answer = entra.http.post(f"{base}/token", data=entra.poll_form(started["device_code"])).json()
    assert claims_of(answer["access_token"])["tid"] == emulator.ready.tenant


def test_polling_too_fast_declined_expired_spent_and_wrong(emulator: Emulator, entra: EntraClient) -> None:
    def poll(device_code: str, **changes: str) -> tuple[str, int]:
        response = entra.token(entra.poll_form(device_code, **changes))
        return response.json()["error"], number_of(response)

    hasty, declined, spent, late = (entra.start_device() for _ in range(4))
    poll(hasty["device_code"])
    assert poll(hasty["device_code"]) == ("slow_down", 70016)
    emulator.control.decline(declined["user_code"])
    assert poll(declined["device_code"]) == ("authorization_declined", 65004)
    emulator.control.approve(spent["user_code"])
    assert entra.token(entra.poll_form(spent["device_code"])).status_code == 200
    assert poll(spent["device_code"]) == ("invalid_grant", 54005)
    emulator.control.advance(901)
    assert poll(late["device_code"]) == ("expired_token", 70019)
    assert poll("nonsense") == ("bad_verification_code", 70018)
    assert poll(late["device_code"], code="another") == ("invalid_request", 9002313)


def test_device_settings(emulator: Emulator, entra: EntraClient) -> None:
    emulator.control.settings(device_interval=1, device_lifetime=60)
    started = entra.start_device()
    assert (started["interval"], started["expires_in"]) == (1, 60)
    emulator.control.advance(61)
    assert number_of(entra.token(entra.poll_form(started["device_code"]))) == 70019


@pytest.mark.parametrize(
    ("form", "number"),
    [
        ({"scope": USER_SCOPE}, 900144),
        ({"client_id": "DEVICE"}, 900144),
        ({"client_id": "11111111-1111-1111-1111-111111111111", "scope": USER_SCOPE}, 700016),
        ({"client_id": "DEVICE", "scope": f"{DEVOPS_SCOPE} User.Read"}, 28000),
        ({"client_id": "DEVICE", "scope": USER_SCOPE, "claims": ""}, 9002313),
        ({"client_id": "DEVICE", "scope": USER_SCOPE, "client_secret": "x"}, 9002313),
    ],
)
def test_device_codes_refused(entra: EntraClient, form: dict[str, str], number: int) -> None:
    filled = {name: entra.device if value == "DEVICE" else value for name, value in form.items()}
    assert number_of(entra.http.post(entra.device_url, data=filled)) == number


def test_the_page(emulator: Emulator, entra: EntraClient) -> None:
    approved, declined = entra.start_device(), entra.start_device()
    page = approved["verification_uri"]
    assert 'name="user_code"' in entra.http.get(page).text

    def post(**form: str) -> httpx.Response:
        return entra.http.post(page, data={"user": emulator.ready.user, "decision": "approve", **form})

    assert "signed in" in post(user_code=approved["user_code"].lower()).text
    assert post(user_code=approved["user_code"]).status_code == 400
    assert "declined" in post(user_code=declined["user_code"], decision="decline").text
    assert post(user_code="<script>").status_code == 400
    assert "<script>" not in post(user_code="<script>").text
    assert number_of(post(user_code="x", decision="perhaps")) == 9002313
    assert entra.token(entra.poll_form(approved["device_code"])).status_code == 200
    assert emulator.control.counts()["device.declined"] == 1


# --- refresh tokens


def test_refreshing_for_another_resource(emulator: Emulator, entra: EntraClient) -> None:
    first = entra.sign_in(emulator)["refresh_token"]
    form = entra.refresh_form(first, scope="offline_access https://graph.microsoft.com/.default", client_info="1")
    answer = entra.token(form).json()
    assert claims_of(answer["access_token"])["aud"] == "https://graph.microsoft.com"
    assert answer["refresh_token"] != first
    assert "client_info" in answer
    assert "id_token" not in answer


def test_no_new_one_unless_asked(emulator: Emulator, entra: EntraClient) -> None:
    form = entra.refresh_form(entra.sign_in(emulator)["refresh_token"], scope=DEVOPS_SCOPE)
    assert "refresh_token" not in entra.token(form).json()


def test_the_old_one_lives_unless_strict(emulator: Emulator, entra: EntraClient) -> None:
    first = entra.sign_in(emulator)["refresh_token"]
    second = entra.token(entra.refresh_form(first)).json()["refresh_token"]
    assert entra.token(entra.refresh_form(first)).status_code == 200
    emulator.control.settings(refresh_tokens_strict=True)
    for dead in (first, second):
        refused = entra.token(entra.refresh_form(dead))
        assert (number_of(refused), refused.json()["error"]) == (50173, "invalid_grant")


def test_a_refused_request_has_not_used_one_up(emulator: Emulator, entra: EntraClient) -> None:
    emulator.control.settings(refresh_tokens_strict=True)
    form = entra.refresh_form(entra.sign_in(emulator)["refresh_token"])
    emulator.control.refuse(AZURE_DEVOPS, 50076)
    assert number_of(entra.token(form)) == 50076
    emulator.control.allow(AZURE_DEVOPS)
    assert entra.token(form).status_code == 200


def test_refresh_tokens_refused(emulator: Emulator, entra: EntraClient) -> None:
    def suberror(form: dict[str, str]) -> tuple[str, str]:
        body = entra.token(form).json()
        return body["error"], body["suberror"]

    revoked, late = (entra.sign_in(emulator)["refresh_token"] for _ in range(2))
    foreign = entra.refresh_form(late, client_id=entra.service, client_secret=entra.secret)
    assert suberror(foreign) == ("invalid_grant", "client_mismatch")
    assert suberror(entra.refresh_form("nonsense")) == ("invalid_grant", "bad_token")
    emulator.control.revoke_refresh(revoked)
    assert suberror(entra.refresh_form(revoked)) == ("invalid_grant", "bad_token")
    emulator.control.advance(91 * 86400)
    assert suberror(entra.refresh_form(late)) == ("invalid_grant", "token_expired")
