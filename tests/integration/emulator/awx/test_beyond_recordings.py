"""The emulated AWX servers beyond their recordings: discovery, lifetimes, settings, scopes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.awx.client import GRANTED

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator
    from support.awx.client import AwxClient


DAY = 24 * 60 * 60


# --- discovery


def test_a_client_can_tell_the_servers_apart(controller: AwxClient, gateway: AwxClient) -> None:
    root = controller.ask("GET", "/api/").json()
    assert root["oauth2"] == "/api/o/"
    assert "apis" not in root
    apis = gateway.ask("GET", "/api/").json()["apis"]
    assert gateway.ask("GET", apis["gateway"]).json()["current_version"] == "/api/gateway/v1/"


def test_tokens_are_listed_where_they_are_to_be_had(awx_client: AwxClient) -> None:
    assert awx_client.ask("GET", "{api}/").json()["tokens"] == f"{awx_client.api}/tokens/"


def test_the_controller_behind_the_gateway_takes_its_tokens_and_gives_none(gateway: AwxClient) -> None:
    token = gateway.create()["token"]
    templates = gateway.ask("GET", "/api/controller/v2/job_templates/", token=token).json()
    assert [row["url"] for row in templates["results"]] == ["/api/controller/v2/job_templates/1/"]
    assert "tokens" not in gateway.ask("GET", "/api/controller/v2/").json()
    assert gateway.ask("POST", "/api/controller/v2/tokens/", token=token, json={}).status_code == 404


def test_ping_takes_no_credentials(controller: AwxClient, gateway: AwxClient) -> None:
    assert controller.ask("GET", "{api}/ping/").json()["version"] == "24.6.1"
    assert gateway.ask("GET", "{api}/ping/").json()["status"] == "good"


def test_only_those_who_are_known_learn_the_version(controller: AwxClient) -> None:
    assert controller.ask("GET", "{api}/me/", "alice").headers["x-api-product-version"] == "24.6.1"
    assert "x-api-product-version" not in controller.ask("GET", "{api}/me/").headers


def test_me_tells_who_gets_no_token(controller: AwxClient) -> None:
    accounts = {who: controller.ask("GET", "{api}/me/", who).json()["results"][0] for who in ("alice", "ext")}
    assert accounts["alice"]["external_account"] is None
    assert accounts["ext"]["external_account"] == "enterprise"


def test_the_stranger_sees_nothing(controller: AwxClient) -> None:
    assert controller.ask("GET", "{api}/organizations/", "alice").json()["count"] == 1
    assert controller.ask("GET", "{api}/organizations/", "bob").json()["count"] == 0
    assert controller.ask("GET", "{api}/organizations/1/", "bob").status_code == 403
    assert [row["username"] for row in controller.ask("GET", "{api}/users/", "bob").json()["results"]] == [
        "admin",
        "bob",
    ]


# --- lifetimes


def test_a_token_ends_with_its_life_and_stays_listed(emulator: Emulator, awx_client: AwxClient) -> None:
    emulator.control.settings(awx_token_lifetime=7 * DAY)
    made = awx_client.create(description="short")
    emulator.control.advance(7 * DAY - 60)
    assert awx_client.status(made["token"]) == 200
    emulator.control.advance(60)
    assert awx_client.status(made["token"]) == 401
    (listed,) = awx_client.ask("GET", "{api}/tokens/?description=short", "alice").json()["results"]
    assert listed["expires"] == made["expires"]


def test_the_default_life_is_a_thousand_years(awx_client: AwxClient) -> None:
    assert int(awx_client.create()["expires"][:4]) >= 3025
    assert awx_client.grant().json()["expires_in"] == 31_536_000_000


def test_the_token_endpoint_keeps_the_lifetime_it_began_with(emulator: Emulator, awx_client: AwxClient) -> None:
    emulator.control.settings(awx_token_lifetime=60)
    assert awx_client.grant().json()["expires_in"] == 31_536_000_000
    emulator.control.settings(awx_grant_lifetime=60)
    assert awx_client.grant().json()["expires_in"] == 60


def test_an_old_refresh_token_is_refused_by_a_sentence(emulator: Emulator, awx_client: AwxClient) -> None:
    pair = awx_client.grant().json()
    emulator.control.settings(awx_refresh_lifetime=DAY)
    emulator.control.advance(DAY + 1)
    answer = awx_client.refresh(pair["refresh_token"], client_id="wrong")
    assert (answer.status_code, answer.text) == (403, "The refresh token has expired.")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_a_refresh_makes_another_token_without_description(emulator: Emulator, awx_client: AwxClient) -> None:
    fields = {"application": awx_client.application["id"], "description": "kept"}
    made = awx_client.create("admin", **fields)
    assert awx_client.refresh(made["refresh_token"]).status_code == GRANTED[awx_client.server]
    (left,) = emulator.control.awx_tokens(awx_client.server)
    assert (left["description"], left["application"]) == ("", "keyturn")
    assert left["id"] != made["id"]


def test_a_confidential_application_has_to_prove_itself(awx_client: AwxClient) -> None:
    fields = {"client_type": "confidential", "authorization_grant_type": "password", "organization": 1}
    made = awx_client.ask("POST", "{api}/applications/", "admin", json={"name": "secretive", **fields}).json()
    named = awx_client.grant(client_id=made["client_id"])
    assert (named.status_code, named.json()) == (401, {"error": "invalid_client"})
    proven = awx_client.grant(client_id=made["client_id"], client_secret=made["client_secret"])
    assert proven.status_code == GRANTED[awx_client.server]


# --- settings


def test_external_accounts_get_tokens_where_that_is_allowed(emulator: Emulator, awx_client: AwxClient) -> None:
    assert awx_client.grant("ext").status_code == 403
    emulator.control.settings(awx_allow_external=True)
    assert awx_client.status(awx_client.create("ext")["token"]) == 200
    pair = awx_client.grant("ext").json()
    emulator.control.settings(awx_allow_external=False)
    # Only creation is refused, and a refresh is one; what there is goes on working.
    assert awx_client.status(pair["access_token"]) == 200
    assert awx_client.refresh(pair["refresh_token"]).status_code == 403
    assert awx_client.status(pair["access_token"]) == 200


def test_without_basic_the_password_grant_still_works(emulator: Emulator, awx_client: AwxClient) -> None:
    emulator.control.settings(awx_basic=False)
    answer = awx_client.ask("POST", "{api}/tokens/", "alice", json={})
    assert answer.status_code == 401
    assert answer.json()["detail"].startswith("Authentication credentials were not provided.")
    pair = awx_client.grant().json()
    assert awx_client.ask("POST", "{api}/tokens/", token=pair["access_token"], json={}).status_code == 201


def test_a_changed_password_leaves_tokens_alone(emulator: Emulator, awx_client: AwxClient) -> None:
    token = awx_client.create()["token"]
    changed = emulator.control.awx_change_password("alice")
    assert awx_client.ask("GET", "{api}/me/", "alice").status_code == 401
    assert awx_client.http.get(f"{awx_client.api}/me/", auth=("alice", changed)).status_code == 200
    assert awx_client.status(token) == 200


# --- scopes


def test_a_read_token_only_reads_on_the_controller(controller: AwxClient) -> None:
    token = controller.create(scope="read")["token"]
    assert controller.ask("GET", "{api}/tokens/", token=token).status_code == 200
    for method, path in (("POST", "{api}/tokens/"), ("PATCH", "{api}/tokens/1/"), ("POST", "{api}/applications/")):
        assert controller.ask(method, path, token=token, json={}).status_code == 403


def test_the_gateway_is_lax_about_tokens_only(gateway: AwxClient) -> None:
    read = gateway.create("admin", scope="read")["token"]
    assert gateway.ask("POST", "{api}/tokens/", token=read, json={"scope": "write"}).status_code == 201
    assert gateway.ask("POST", "{api}/applications/", token=read, json={}).status_code == 403


def test_a_write_token_renews_itself(awx_client: AwxClient) -> None:
    old = awx_client.create(description="mine")
    new = awx_client.ask("POST", "{api}/tokens/", token=old["token"], json={"description": "mine"}).json()
    assert awx_client.ask("DELETE", f"{{api}}/tokens/{old['id']}/", token=new["token"]).status_code == 204
    assert (awx_client.status(old["token"]), awx_client.status(new["token"])) == (401, 200)
