"""The emulated AWX servers beyond their recordings: lifetimes, settings, lists, faults, and the controls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from keyturn_emulator.control import ControlError
from support.awx_client import GRANTED, AwxClient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyturn_emulator.launch import Emulator

DAY = 24 * 60 * 60


@pytest.fixture(params=["controller", "gateway"])
def awx(emulator: Emulator, request: pytest.FixtureRequest) -> Iterator[AwxClient]:
    """A client of each server in turn."""
    with AwxClient(emulator, request.param) as client:
        yield client


@pytest.fixture
def controller(emulator: Emulator) -> Iterator[AwxClient]:
    with AwxClient(emulator, "controller") as client:
        yield client


@pytest.fixture
def gateway(emulator: Emulator) -> Iterator[AwxClient]:
    with AwxClient(emulator, "gateway") as client:
        yield client


def descriptions(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [row["description"] for row in answer.json()["results"]]


# --- discovery


def test_a_client_can_tell_the_servers_apart(controller: AwxClient, gateway: AwxClient) -> None:
    root = controller.ask("GET", "/api/").json()
    assert root["oauth2"] == "/api/o/"
    assert "apis" not in root
    apis = gateway.ask("GET", "/api/").json()["apis"]
    assert gateway.ask("GET", apis["gateway"]).json()["current_version"] == "/api/gateway/v1/"


def test_tokens_are_listed_where_they_are_to_be_had(awx: AwxClient) -> None:
    assert awx.ask("GET", "{api}/").json()["tokens"] == f"{awx.api}/tokens/"


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


def test_a_token_ends_with_its_life_and_stays_listed(emulator: Emulator, awx: AwxClient) -> None:
    emulator.control.settings(awx_token_lifetime=7 * DAY)
    made = awx.create(description="short")
    emulator.control.advance(7 * DAY - 60)
    assert awx.status(made["token"]) == 200
    emulator.control.advance(60)
    assert awx.status(made["token"]) == 401
    assert (
        awx.ask("GET", "{api}/tokens/?description=short", "alice").json()["results"][0]["expires"] == made["expires"]
    )


def test_the_default_life_is_a_thousand_years(awx: AwxClient) -> None:
    assert int(awx.create()["expires"][:4]) >= 3025
    assert awx.grant().json()["expires_in"] == 31_536_000_000


def test_the_token_endpoint_keeps_the_lifetime_it_began_with(emulator: Emulator, awx: AwxClient) -> None:
    emulator.control.settings(awx_token_lifetime=60)
    assert awx.grant().json()["expires_in"] == 31_536_000_000
    emulator.control.settings(awx_grant_lifetime=60)
    assert awx.grant().json()["expires_in"] == 60


def test_an_old_refresh_token_is_refused_by_a_sentence(emulator: Emulator, awx: AwxClient) -> None:
    pair = awx.grant().json()
    emulator.control.settings(awx_refresh_lifetime=DAY)
    emulator.control.advance(DAY + 1)
    answer = awx.token({"grant_type": "refresh_token", "refresh_token": pair["refresh_token"], "client_id": "wrong"})
    assert (answer.status_code, answer.text) == (403, "The refresh token has expired.")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_a_refresh_makes_another_token_without_description(emulator: Emulator, awx: AwxClient) -> None:
    fields = {"application": awx.application["id"], "description": "kept"}
    made = awx.create("admin", **fields)
    assert awx.refresh(made["refresh_token"]).status_code == GRANTED[awx.server]
    (left,) = emulator.control.awx_tokens(awx.server)
    assert (left["description"], left["application"]) == ("", "keyturn")
    assert left["id"] != made["id"]


# --- settings


def test_external_accounts_get_tokens_where_that_is_allowed(emulator: Emulator, awx: AwxClient) -> None:
    assert awx.grant("ext").status_code == 403
    emulator.control.settings(awx_allow_external=True)
    assert awx.status(awx.create("ext")["token"]) == 200
    pair = awx.grant("ext").json()
    emulator.control.settings(awx_allow_external=False)
    # Only creation is refused, and a refresh is one; what there is goes on working.
    assert awx.status(pair["access_token"]) == 200
    assert awx.refresh(pair["refresh_token"]).status_code == 403
    assert awx.status(pair["access_token"]) == 200


def test_without_basic_the_password_grant_still_works(emulator: Emulator, awx: AwxClient) -> None:
    emulator.control.settings(awx_basic=False)
    answer = awx.ask("POST", "{api}/tokens/", "alice", json={})
    assert answer.status_code == 401
    assert answer.json()["detail"].startswith("Authentication credentials were not provided.")
    pair = awx.grant().json()
    assert awx.ask("POST", "{api}/tokens/", token=pair["access_token"], json={}).status_code == 201


def test_a_changed_password_leaves_tokens_alone(emulator: Emulator, awx: AwxClient) -> None:
    token = awx.create()["token"]
    awx_password = emulator.control.awx_change_password("alice")
    assert awx.ask("GET", "{api}/me/", "alice").status_code == 401
    assert awx.http.get(f"{awx.api}/me/", auth=("alice", awx_password)).status_code == 200
    assert awx.status(token) == 200


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


def test_a_write_token_renews_itself(awx: AwxClient) -> None:
    old = awx.create(description="mine")
    new = awx.ask("POST", "{api}/tokens/", token=old["token"], json={"description": "mine"}).json()
    assert awx.ask("DELETE", f"{{api}}/tokens/{old['id']}/", token=new["token"]).status_code == 204
    assert (awx.status(old["token"]), awx.status(new["token"])) == (401, 200)


# --- lists


def test_who_lists_whose_tokens(controller: AwxClient, gateway: AwxClient) -> None:
    for awx in (controller, gateway):
        awx.create("alice", description="of alice")
        awx.create("bob", description="of bob")
    assert descriptions(controller.ask("GET", "{api}/tokens/", "bob")) == ["of bob"]
    assert descriptions(controller.ask("GET", "{api}/tokens/", "admin")) == ["of alice", "of bob"]
    assert descriptions(gateway.ask("GET", "{api}/tokens/", "bob")) == ["of alice", "of bob"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("description=a", ["a"]),
        ("description__startswith=b", ["b", "bb"]),
        ("description__in=a,bb", ["a", "bb"]),
        ("description__icontains=B", ["b", "bb"]),
        ("application__isnull=true", ["a", "b", "bb"]),
        ("application__isnull=false", []),
        ("application=1", []),
        ("scope=read", ["b"]),
        ("user__username=alice&order_by=-description", ["bb", "b", "a"]),
        ("order_by=scope,-id", ["b", "bb", "a"]),
        ("id__gt=0&page_size=2", ["a", "b"]),
        ("page_size=2&page=2", ["bb"]),
        ("expires__lt=2030-01-01T00:00:00Z", []),
        ("expires__gte=2030-01-01T00:00:00Z", ["a", "b", "bb"]),
    ],
)
def test_filters_and_order(awx: AwxClient, query: str, found: list[str]) -> None:
    for description, scope in (("a", "write"), ("b", "read"), ("bb", "write")):
        awx.create(description=description, scope=scope)
    assert descriptions(awx.ask("GET", f"{{api}}/tokens/?{query}", "alice")) == found


@pytest.mark.parametrize(
    "query", ["colour=red", "order_by=colour", "user__colour=red", "id__lt=x", "refresh_token=x", "page=0", "page=x"]
)
def test_queries_that_make_no_sense(awx: AwxClient, query: str) -> None:
    awx.create()
    assert awx.ask("GET", f"{{api}}/tokens/?{query}", "alice").status_code in {400, 403, 404}


def test_a_page_size_that_is_no_number_breaks_the_controller(controller: AwxClient, gateway: AwxClient) -> None:
    assert controller.ask("GET", "{api}/tokens/?page_size=abc", "alice").status_code == 500
    assert gateway.ask("GET", "{api}/tokens/?page_size=abc", "alice").status_code == 200


def test_pages_hold_25_and_200_at_most(controller: AwxClient) -> None:
    for _ in range(201):
        controller.create()
    for query, size in (("", 25), ("?page_size=1000", 200), ("?page_size=0", 25)):
        assert len(controller.ask("GET", f"{{api}}/tokens/{query}", "alice").json()["results"]) == size


def test_lists_below_a_user(controller: AwxClient) -> None:
    controller.create("alice", description="personal")
    controller.create("alice", description="application's", application=controller.application["id"])
    controller.create("admin", description="admin's")

    def below(kind: str, who: str, owner: str) -> list[str]:
        return descriptions(controller.ask("GET", f"{{api}}/users/{owner}/{kind}/", who))

    assert below("tokens", "admin", "alice") == ["personal", "application's"]
    # These two are the caller's, whoever the path names.
    assert below("personal_tokens", "alice", "admin") == ["personal"]
    assert below("authorized_tokens", "alice", "2") == ["application's"]
    assert controller.ask("GET", "{api}/users/alice/tokens/", "bob").status_code == 403


# --- fields


@pytest.mark.parametrize("description", [None, ["x"], {}, True])
def test_a_description_is_a_text(awx: AwxClient, description: object) -> None:
    answer = awx.ask("POST", "{api}/tokens/", "alice", json={"description": description, "scope": "x"})
    assert answer.status_code == 400
    assert set(answer.json()) == {"description", "scope"}


def test_a_long_description_is_kept(awx: AwxClient) -> None:
    assert awx.create(description="x" * 100_000)["description"] == "x" * 100_000


@pytest.mark.parametrize(("application", "words"), [("x", "Bad data found"), (99, "does not exist")])
def test_applications_that_are_none(controller: AwxClient, application: object, words: str) -> None:
    for who in ("alice", "admin"):
        answer = controller.ask("POST", "{api}/tokens/", who, json={"application": application})
        assert answer.status_code == 400
    assert words in controller.ask("POST", "{api}/tokens/", "alice", json={"application": application}).text


def test_an_application_by_its_name_and_back(controller: AwxClient) -> None:
    row = controller.ask("GET", "{api}/applications/keyturn++Default/", "alice").json()
    assert (row["id"], row["client_id"]) == (controller.application["id"], controller.application["client_id"])
    changed = controller.ask("PATCH", row["url"], "admin", json={"description": "changed"}).json()
    assert changed == {**row, **{name: changed[name] for name in ("description", "modified", "summary_fields")}}
    assert controller.ask("PATCH", row["url"], "alice", json={}).status_code == 403


# --- counts and controls


def test_counts(emulator: Emulator, awx: AwxClient) -> None:
    made = awx.create(description="counted")
    awx.ask("GET", "{api}/tokens/?description=counted", token=made["token"])
    awx.ask("DELETE", made["url"], token=made["token"])
    pair = awx.grant().json()
    awx.refresh(pair["refresh_token"])
    awx.grant(password="wrong")
    awx.status("nonsense")
    counts = emulator.control.counts()
    expected = {
        "tokens": 3,
        "tokens.create": 1,
        "tokens.list": 1,
        "tokens.delete": 1,
        "created": 3,
        "created.basic": 1,
        "created.password": 1,
        "created.refresh": 1,
        "listed": 1,
        "deleted": 1,
        "authorized.basic": 1,
        "authorized.bearer": 2,
        "oauth.token": 3,
        "oauth.token.refused.invalid_grant": 1,
        "refused.token": 1,
    }
    assert {name: counts.get(f"{awx.server}.{name}") for name in expected} == expected


def test_live_tokens_by_user_and_description(emulator: Emulator, awx: AwxClient) -> None:
    first, second = awx.create(description="x", scope="read"), awx.create("bob", description="x")
    awx.status(second["token"])
    rows = emulator.control.awx_tokens(awx.server, description="x")
    assert [(row["id"], row["user"], row["scope"], row["used"]) for row in rows] == [
        (first["id"], "alice", "read", False),
        (second["id"], "bob", "write", True),
    ]
    assert [row["id"] for row in emulator.control.awx_tokens(awx.server, user="bob")] == [second["id"]]
    assert not emulator.control.awx_tokens("gateway" if awx.server == "controller" else "controller")
    assert first["token"] not in repr(rows)


def test_revoked_by_the_other_side(emulator: Emulator, awx: AwxClient) -> None:
    first, second = awx.create(), awx.create()
    emulator.control.awx_revoke(awx.server, first["id"])
    assert (awx.status(first["token"]), awx.status(second["token"])) == (401, 200)
    assert awx.ask("GET", first["url"], "alice").status_code == 404
    assert emulator.control.awx_revoke(awx.server) == 1
    with pytest.raises(ControlError, match="no such token"):
        emulator.control.awx_revoke(awx.server, second["id"])


def test_expired_by_the_other_side(emulator: Emulator, awx: AwxClient) -> None:
    made = awx.create()
    assert emulator.control.awx_expire(awx.server, made["id"]) == 1
    assert awx.status(made["token"]) == 401
    assert awx.ask("GET", made["url"], "alice").status_code == 200
    assert not emulator.control.awx_tokens(awx.server)


def test_controls_refuse_what_there_is_not(emulator: Emulator) -> None:
    with pytest.raises(ControlError, match="server is one of controller, gateway"):
        emulator.control.awx_tokens("elsewhere")
    with pytest.raises(ControlError, match="no such user"):
        emulator.control.awx_change_password("nobody")


def test_a_reset_forgets_tokens_and_keeps_the_first_application(emulator: Emulator, awx: AwxClient) -> None:
    token = awx.create()["token"]
    emulator.control.awx_change_password("alice")
    emulator.control.reset()
    assert awx.status(token) == 401
    assert awx.grant().status_code == GRANTED[awx.server]


def test_no_secret_is_in_the_log(emulator: Emulator, awx: AwxClient) -> None:
    made, pair = awx.create(description="quiet"), awx.grant().json()
    awx.grant(password="quiet")
    told = repr((emulator.control.log(), emulator.control.counts()))
    secrets = (made["token"], pair["access_token"], pair["refresh_token"], awx.passwords["alice"], "quiet")
    assert not [secret for secret in secrets if secret in told]


# --- faults


def test_an_answer_is_lost_after_the_token_was_made(emulator: Emulator, awx: AwxClient) -> None:
    emulator.control.fault(f"{awx.server}.tokens.create", "lose")
    with pytest.raises(httpx.RemoteProtocolError):
        awx.create(description="lost")
    (orphan,) = emulator.control.awx_tokens(awx.server, description="lost")
    listed = awx.ask("GET", "{api}/tokens/?description=lost", "alice").json()
    assert [row["id"] for row in listed["results"]] == [orphan["id"]]
    assert awx.ask("DELETE", f"{{api}}/tokens/{orphan['id']}/", "alice").status_code == 204


def test_a_lost_refresh_loses_the_pair(emulator: Emulator, awx: AwxClient) -> None:
    pair = awx.grant().json()
    emulator.control.fault(f"{awx.server}.oauth.token", "lose")
    with pytest.raises(httpx.RemoteProtocolError):
        awx.refresh(pair["refresh_token"])
    assert awx.refresh(pair["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_fault_strikes_one_verb_of_one_server(emulator: Emulator, awx: AwxClient) -> None:
    made = awx.create()
    emulator.control.fault(f"{awx.server}.tokens.delete", "status", status=500, body="{}")
    assert awx.status(made["token"]) == 200
    assert awx.ask("GET", "{api}/tokens/", "alice").status_code == 200
    statuses = [awx.ask("DELETE", made["url"], "alice").status_code for _ in range(2)]
    assert statuses == [500, 204]


@pytest.mark.parametrize("fault", ["close", "malformed"])
def test_faults_come_before_the_work(emulator: Emulator, awx: AwxClient, fault: str) -> None:
    emulator.control.fault(f"{awx.server}.tokens", fault)
    answer: Any = None
    try:
        answer = awx.ask("POST", "{api}/tokens/", "alice", json={})
    except httpx.RemoteProtocolError:
        assert fault == "close"
    assert answer is None or "<html>" in answer.text
    assert emulator.control.count(f"{awx.server}.created") == 0


# --- OPTIONS


def test_options_tell_what_may_be_done(controller: AwxClient) -> None:
    read = controller.create(scope="read")["token"]
    known = controller.ask("OPTIONS", "{api}/tokens/", "alice").json()["actions"]
    assert set(known["POST"]) == {"description", "application", "scope"}
    assert set(controller.ask("OPTIONS", "{api}/tokens/", token=read).json()["actions"]) == {"GET"}
    assert set(controller.ask("OPTIONS", "{api}/applications/", "alice").json()["actions"]) == {"GET"}
    assert set(controller.ask("OPTIONS", "{api}/applications/", "admin").json()["actions"]) == {"GET", "POST"}
    assert controller.ask("OPTIONS", "{api}/tokens/99/", "alice").headers["allow"] == (
        "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"
    )


def test_head_is_get_without_a_body(awx: AwxClient) -> None:
    answer = awx.ask("HEAD", "{api}/tokens/", "alice")
    assert (answer.status_code, answer.content) == (200, b"")
