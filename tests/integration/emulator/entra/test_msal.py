"""The real MSAL against the emulator: what works against Entra works here."""

from __future__ import annotations

import concurrent.futures
from typing import TYPE_CHECKING, Any

import jwt
import msal
import pytest

from support.emulator.client import AZURE_DEVOPS, DEVOPS_SCOPE

if TYPE_CHECKING:
    import requests

    from keyturn_emulator.launch import Emulator


def confidential(emulator: Emulator, session: requests.Session, **more: Any) -> msal.ConfidentialClientApplication:
    client = emulator.ready.clients["service"]
    return msal.ConfidentialClientApplication(
        client["application_id"],
        client_credential=client["secret"],
        authority=f"{emulator.ready.authority}/{emulator.ready.domain}",
        instance_discovery=False,
        http_client=session,
        **more,
    )


def public(emulator: Emulator, session: requests.Session, tenant: str) -> msal.PublicClientApplication:
    return msal.PublicClientApplication(
        emulator.ready.clients["device"]["application_id"],
        authority=f"{emulator.ready.authority}/{tenant}",
        instance_discovery=False,
        http_client=session,
    )


def test_client_credentials_and_the_signature(emulator: Emulator, session: requests.Session) -> None:
    application = confidential(emulator, session)
    assert application.authority.tenant == emulator.ready.tenant
    answer = application.acquire_token_for_client([DEVOPS_SCOPE])
    assert answer["token_source"] == "identity_provider"
    jwks = session.get(f"{emulator.ready.authority}/{emulator.ready.tenant}/discovery/v2.0/keys").json()
    header = jwt.get_unverified_header(answer["access_token"])
    key = next(jwt.PyJWK(item) for item in jwks["keys"] if item["kid"] == header["kid"])
    claims = jwt.decode(answer["access_token"], key, ["RS256"], audience=AZURE_DEVOPS)
    assert claims["appid"] == application.client_id
    assert application.acquire_token_for_client([DEVOPS_SCOPE])["token_source"] == "cache"
    assert emulator.control.count("token") == 1


def test_by_oidc_authority_the_issuer_is_checked(emulator: Emulator, session: requests.Session) -> None:
    client = emulator.ready.clients["service"]
    application = msal.ConfidentialClientApplication(
        client["application_id"],
        client_credential=client["secret"],
        oidc_authority=f"{emulator.ready.authority}/{emulator.ready.tenant}/v2.0",
        http_client=session,
    )
    assert "access_token" in application.acquire_token_for_client([DEVOPS_SCOPE])


def test_a_refusal_arrives_whole(emulator: Emulator, session: requests.Session) -> None:
    emulator.control.change_secret()
    answer = confidential(emulator, session).acquire_token_for_client([DEVOPS_SCOPE])
    assert (answer["error"], answer["error_codes"]) == ("invalid_client", [7000215])
    assert "access_token" not in answer


@pytest.mark.parametrize("tenant", ["organizations", "contoso.example"])
def test_device_flow_and_silent_refresh(emulator: Emulator, session: requests.Session, tenant: str) -> None:
    application = public(emulator, session, tenant)
    flow = application.initiate_device_flow([DEVOPS_SCOPE])
    emulator.control.approve(flow["user_code"])
    signed_in = application.acquire_token_by_device_flow(flow)
    assert signed_in["id_token_claims"]["preferred_username"] == emulator.ready.user
    (account,) = application.get_accounts()
    assert account["username"] == emulator.ready.user
    assert account["home_account_id"].endswith(f".{emulator.ready.tenant}")
    silent = application.acquire_token_silent([DEVOPS_SCOPE], account)
    assert silent["access_token"] == signed_in["access_token"]
    forced = application.acquire_token_silent([DEVOPS_SCOPE], account, force_refresh=True)
    assert forced["access_token"] != signed_in["access_token"]
    graph = application.acquire_token_silent(["https://graph.microsoft.com/.default"], account)
    assert graph["token_source"] == "identity_provider"


def test_a_revoked_session_is_an_error_that_says_so(emulator: Emulator, session: requests.Session) -> None:
    application = public(emulator, session, emulator.ready.tenant)
    flow = application.initiate_device_flow([DEVOPS_SCOPE])
    emulator.control.approve(flow["user_code"])
    application.acquire_token_by_device_flow(flow)
    assert emulator.control.revoke_refresh_all() == 1
    (account,) = application.get_accounts()
    answer = application.acquire_token_silent_with_error([DEVOPS_SCOPE], account, force_refresh=True)
    assert (answer["error"], answer["error_codes"], "suberror" in answer) == ("invalid_grant", [50173], False)


def test_capabilities_are_understood(emulator: Emulator, session: requests.Session) -> None:
    application = confidential(emulator, session, client_capabilities=["CP1"])
    assert "access_token" in application.acquire_token_for_client([DEVOPS_SCOPE])


def test_polling_until_somebody_approves(emulator: Emulator, session: requests.Session) -> None:
    emulator.control.settings(device_interval=1)
    application = public(emulator, session, emulator.ready.tenant)
    flow = application.initiate_device_flow([DEVOPS_SCOPE])
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        polling = pool.submit(application.acquire_token_by_device_flow, flow)
        emulator.control.wait("token.refused.authorization_pending")
        emulator.control.approve(flow["user_code"])
        assert "access_token" in polling.result()
    assert emulator.control.count("token.refused.slow_down") == 0
