"""The emulator's device codes and refresh tokens by hand: as they should be, and every refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.emulator.client import AZURE_DEVOPS, DEVOPS_SCOPE, USER_SCOPE, EntraClient, claims_of, number_of

if TYPE_CHECKING:
    import httpx

    from keyturn_emulator.launch import Emulator

AKS_SERVER = "6dae42f8-4368-4678-94ff-3960e28e3630"
AKS_CLIENT = "80faf920-1908-4b52-b5ef-a8e7bedfc67a"


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


def test_as_msal_for_go_and_others_ask(emulator: Emulator, entra: EntraClient) -> None:
    """Microsoft's own word from before the RFC; and the client that an AKS kubeconfig names."""
    form = {"client_id": AKS_CLIENT, "scope": f"{AKS_SERVER}/.default openid offline_access profile"}
    started = entra.http.post(entra.device_url, data=form).json()
    emulator.control.approve(started["user_code"])
    more = {"grant_type": "device_code", "client_id": AKS_CLIENT, "client_info": "1", "scope": form["scope"]}
    answer = entra.token(entra.poll_form(started["device_code"], **more)).json()
    assert claims_of(answer["access_token"])["appid"] == AKS_CLIENT


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
    def refused(form: dict[str, str]) -> tuple[str, int, str | None]:
        body = entra.token(form).json()
        return body["error"], body["error_codes"][0], body.get("suberror")

    revoked, late = (entra.sign_in(emulator)["refresh_token"] for _ in range(2))
    foreign = entra.refresh_form(late, client_id=entra.service, client_secret=entra.secret)
    assert refused(foreign) == ("invalid_grant", 70000, "client_mismatch")
    assert refused(entra.refresh_form("nonsense")) == ("invalid_grant", 70000, None)
    emulator.control.revoke_refresh(revoked)
    assert refused(entra.refresh_form(revoked)) == ("invalid_grant", 50173, None)
    emulator.control.advance(91 * 86400)
    assert refused(entra.refresh_form(late)) == ("invalid_grant", 700082, "token_expired")
