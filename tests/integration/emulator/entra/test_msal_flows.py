"""The real MSAL through the flows that need more than a device: browser, certificates, assertions, identities."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msal
import pytest
from cryptography.hazmat.primitives import hashes

from support.emulator.browser import Browser, answer_of
from support.emulator.certified import Certified, certified
from support.emulator.client import AZURE_DEVOPS, DEVOPS_SCOPE, EntraClient, claims_of

if TYPE_CHECKING:
    import requests

    from keyturn_emulator.launch import Emulator

VAULT_SCOPE = "https://vault.azure.net/.default"
STEP_UP = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'


def confidential(
    emulator: Emulator, session: requests.Session, credential: object, **more: Any
) -> msal.ConfidentialClientApplication:
    return msal.ConfidentialClientApplication(
        emulator.ready.clients["service"]["application_id"],
        client_credential=credential,
        authority=f"{emulator.ready.authority}/{emulator.ready.domain}",
        instance_discovery=False,
        azure_region=False,
        http_client=session,
        **more,
    )


def public(emulator: Emulator, session: requests.Session, **more: Any) -> msal.PublicClientApplication:
    return msal.PublicClientApplication(
        emulator.ready.clients["device"]["application_id"],
        authority=f"{emulator.ready.authority}/organizations",
        instance_discovery=False,
        http_client=session,
        **more,
    )


@pytest.fixture
def app(emulator: Emulator) -> Certified:
    """A certificate, registered."""
    made = certified()
    emulator.control.register_certificate(made.pem)
    return made


# --- in a browser


@pytest.mark.parametrize("mode", ["form_post", "query"])
@pytest.mark.filterwarnings("ignore:response_mode")
def test_the_code_flow(emulator: Emulator, session: requests.Session, browser: Browser, mode: str) -> None:
    application = public(emulator, session)
    flow = application.initiate_auth_code_flow(
        [DEVOPS_SCOPE],
        redirect_uri="http://localhost:8400",
        response_mode=mode,
        login_hint="bob@contoso.example",
        domain_hint="contoso.example",
        prompt="select_account",
    )
    page = browser.open(flow["auth_uri"])
    (waiting,) = emulator.control.sign_ins()
    assert (waiting["prompt"], waiting["login_hint"]) == (["select_account"], "bob@contoso.example")
    answer = answer_of(browser.press(page, "continue"))
    result = application.acquire_token_by_auth_code_flow(flow, answer)
    assert result["id_token_claims"]["preferred_username"] == "bob@contoso.example"
    assert claims_of(result["access_token"])["aud"] == AZURE_DEVOPS
    (account,) = application.get_accounts()
    assert application.acquire_token_silent([VAULT_SCOPE], account)["token_source"] == "identity_provider"


def test_a_refusal_comes_back_as_one(emulator: Emulator, session: requests.Session, browser: Browser) -> None:
    application = public(emulator, session)
    flow = application.initiate_auth_code_flow(
        [DEVOPS_SCOPE], redirect_uri="http://localhost:8400", response_mode="form_post"
    )
    answer = answer_of(browser.press(browser.open(flow["auth_uri"]), "cancel"))
    assert application.acquire_token_by_auth_code_flow(flow, answer)["error"] == "access_denied"


def test_a_confidential_client_in_a_browser(
    emulator: Emulator, session: requests.Session, browser: Browser, app: Certified
) -> None:
    secret = emulator.ready.clients["service"]["secret"]
    for credential in (secret, {"private_key": app.key_pem, "public_certificate": app.pem}):
        application = confidential(emulator, session, credential)
        flow = application.initiate_auth_code_flow(
            [DEVOPS_SCOPE], redirect_uri="http://localhost:8999/", response_mode="form_post"
        )
        answer = browser.open(flow["auth_uri"])
        sent = answer_of(browser.press(answer, "continue") if "Sign in as" in answer.text else answer)
        result = application.acquire_token_by_auth_code_flow(flow, sent)
        assert claims_of(result["access_token"])["appid"] == application.client_id


def test_a_claims_challenge_is_met_by_a_sign_in_with_it(
    emulator: Emulator, session: requests.Session, browser: Browser
) -> None:
    application = public(emulator, session, client_capabilities=["CP1"])

    def sign_in(**more: str) -> dict[str, Any]:
        flow = application.initiate_auth_code_flow(
            [DEVOPS_SCOPE], redirect_uri="http://localhost:8400", response_mode="form_post", prompt="login", **more
        )
        answer = answer_of(browser.press(browser.open(flow["auth_uri"]), "continue"))
        result: dict[str, Any] = application.acquire_token_by_auth_code_flow(flow, answer)
        return result

    assert sign_in()["expires_in"] == 86_400
    (account,) = application.get_accounts()
    emulator.control.demand(AZURE_DEVOPS, STEP_UP, interactive=True)
    silent = application.acquire_token_silent_with_error([DEVOPS_SCOPE], account, claims_challenge=STEP_UP)
    assert (silent["error"], json.loads(silent["claims"])) == ("interaction_required", json.loads(STEP_UP))
    token = claims_of(sign_in(claims_challenge=silent["claims"])["access_token"])
    assert (token["acrs"], token["xms_cc"]) == (["c1"], ["CP1"])


# --- with certificates and assertions


def test_each_form_of_certificate(emulator: Emulator, session: requests.Session, app: Certified) -> None:
    sha1 = app.certificate.fingerprint(hashes.SHA1()).hex()  # noqa: S303 - MSAL's thumbprint
    forms = (
        {"private_key": app.key_pem, "public_certificate": app.pem},
        {"private_key": app.key_pem, "thumbprint": sha1},
        {"private_key": app.key_pem, "thumbprint": sha1, "public_certificate": app.pem},
    )
    for form in forms:
        answer = confidential(emulator, session, form).acquire_token_for_client([DEVOPS_SCOPE])
        assert claims_of(answer["access_token"])["appidacr"] == "2"


def test_msal_repeats_its_assertion(emulator: Emulator, session: requests.Session, app: Certified) -> None:
    application = confidential(emulator, session, {"private_key": app.key_pem, "public_certificate": app.pem})
    assert "access_token" in application.acquire_token_for_client([DEVOPS_SCOPE])
    assert application.acquire_token_for_client([VAULT_SCOPE])["error_codes"] == [700026]
    emulator.control.settings(assertions_once=False)
    assert "access_token" in application.acquire_token_for_client(["https://storage.azure.com/.default"])


def test_a_federated_token(emulator: Emulator, session: requests.Session) -> None:
    application = confidential(emulator, session, {"client_assertion": emulator.control.federated_token})
    assert "access_token" in application.acquire_token_for_client([DEVOPS_SCOPE])


def test_on_behalf_of(emulator: Emulator, session: requests.Session, entra: EntraClient) -> None:
    sent = entra.sign_in(emulator, f"openid api://{entra.service}/access_as_user")["access_token"]
    application = confidential(emulator, session, entra.secret)
    answer = application.acquire_token_on_behalf_of(sent, [DEVOPS_SCOPE])
    assert claims_of(answer["access_token"])["upn"] == emulator.ready.user
    assert "refresh_token" in answer


def test_a_refresh_token_of_each_client(emulator: Emulator, session: requests.Session, entra: EntraClient) -> None:
    refresh_token = entra.sign_in(emulator)["refresh_token"]
    assert "access_token" in public(emulator, session).acquire_token_by_refresh_token(refresh_token, [DEVOPS_SCOPE])
    other = confidential(emulator, session, entra.secret)
    refused = other.acquire_token_by_refresh_token(refresh_token, [DEVOPS_SCOPE])
    assert (refused["error"], refused["suberror"]) == ("invalid_grant", "client_mismatch")


# --- managed identities


def assigned_names(emulator: Emulator) -> list[msal.UserAssignedManagedIdentity]:
    ids = emulator.ready.identities["assigned"]
    return [
        msal.UserAssignedManagedIdentity(client_id=ids["client_id"]),
        msal.UserAssignedManagedIdentity(object_id=ids["object_id"]),
        msal.UserAssignedManagedIdentity(resource_id=ids["resource_id"]),
    ]


@pytest.fixture
def on_azure(
    emulator: Emulator, session: requests.Session, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> requests.Session:
    """The variables of one endpoint, and of no other."""
    for variables in emulator.ready.environments.values():
        for name in variables:
            monkeypatch.delenv(name, raising=False)
    for name, value in emulator.ready.environments[request.param].items():
        monkeypatch.setenv(name, value)
    return session


@pytest.mark.parametrize(
    "on_azure", ["app-service", "imds", "azure-ml", "service-fabric"], indirect=True, ids=lambda kind: kind
)
def test_the_machines_own_identity(emulator: Emulator, on_azure: requests.Session) -> None:
    client = msal.ManagedIdentityClient(msal.SystemAssignedManagedIdentity(), http_client=on_azure)
    answer = client.acquire_token_for_client(resource=AZURE_DEVOPS)
    assert claims_of(answer["access_token"])["appid"] == emulator.ready.identities["machine"]["client_id"]


@pytest.mark.parametrize("on_azure", ["app-service", "imds"], indirect=True)
def test_an_assigned_identity(emulator: Emulator, on_azure: requests.Session) -> None:
    for identity in assigned_names(emulator):
        client = msal.ManagedIdentityClient(identity, http_client=on_azure)
        answer = client.acquire_token_for_client(resource=AZURE_DEVOPS)
        assert claims_of(answer["access_token"])["appid"] == emulator.ready.identities["assigned"]["client_id"]


@pytest.mark.parametrize("on_azure", ["azure-ml"], indirect=True)
def test_azure_ml_knows_client_ids_alone(emulator: Emulator, on_azure: requests.Session) -> None:
    answers = [
        msal.ManagedIdentityClient(identity, http_client=on_azure).acquire_token_for_client(resource=AZURE_DEVOPS)
        for identity in assigned_names(emulator)
    ]
    assert ["access_token" in answer for answer in answers] == [True, False, False]


@pytest.mark.parametrize("on_azure", ["arc"], indirect=True)
def test_arc(emulator: Emulator, on_azure: requests.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    known = sys.modules["msal.managed_identity"]
    places = {"linux": str(Path(emulator.ready.directory, "azcmagent", "tokens"))}
    monkeypatch.setattr(known, "_supported_arc_platforms_and_their_prefixes", places)
    for identity in (msal.SystemAssignedManagedIdentity(), *assigned_names(emulator)):
        client = msal.ManagedIdentityClient(identity, http_client=on_azure)
        assert "access_token" in client.acquire_token_for_client(resource=AZURE_DEVOPS)
    emulator.control.settings(arc_ignores_identity=True)
    client = msal.ManagedIdentityClient(assigned_names(emulator)[0], http_client=on_azure)
    with pytest.raises(msal.ManagedIdentityError, match="did not confirm"):
        client.acquire_token_for_client(resource=AZURE_DEVOPS)
