"""What a test can learn of the emulated AWX servers and do to them: counts, live tokens, faults; and OPTIONS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from keyturn_emulator.control import ControlError
from support.awx.client import GRANTED

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator
    from support.awx.client import AwxClient


# --- counts and controls


def test_counts(emulator: Emulator, awx_client: AwxClient) -> None:
    made = awx_client.create(description="counted")
    awx_client.ask("GET", "{api}/tokens/?description=counted", token=made["token"])
    awx_client.ask("DELETE", made["url"], token=made["token"])
    pair = awx_client.grant().json()
    awx_client.refresh(pair["refresh_token"])
    awx_client.grant(password="wrong")
    awx_client.status("nonsense")
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
    assert {name: counts.get(f"{awx_client.server}.{name}") for name in expected} == expected


def test_live_tokens_by_user_and_description(emulator: Emulator, awx_client: AwxClient) -> None:
    first, second = awx_client.create(description="x", scope="read"), awx_client.create("bob", description="x")
    awx_client.status(second["token"])
    rows = emulator.control.awx_tokens(awx_client.server, description="x")
    assert [(row["id"], row["user"], row["scope"], row["used"]) for row in rows] == [
        (first["id"], "alice", "read", False),
        (second["id"], "bob", "write", True),
    ]
    assert [row["id"] for row in emulator.control.awx_tokens(awx_client.server, user="bob")] == [second["id"]]
    assert not emulator.control.awx_tokens("gateway" if awx_client.server == "controller" else "controller")
    assert first["token"] not in repr(rows)


def test_revoked_by_the_other_side(emulator: Emulator, awx_client: AwxClient) -> None:
    first, second = awx_client.create(), awx_client.create()
    emulator.control.awx_revoke(awx_client.server, first["id"])
    assert (awx_client.status(first["token"]), awx_client.status(second["token"])) == (401, 200)
    assert awx_client.ask("GET", first["url"], "alice").status_code == 404
    assert emulator.control.awx_revoke(awx_client.server) == 1
    with pytest.raises(ControlError, match="no such token"):
        emulator.control.awx_revoke(awx_client.server, second["id"])


def test_expired_by_the_other_side(emulator: Emulator, awx_client: AwxClient) -> None:
    made = awx_client.create()
    assert emulator.control.awx_expire(awx_client.server, made["id"]) == 1
    assert awx_client.status(made["token"]) == 401
    assert awx_client.ask("GET", made["url"], "alice").status_code == 200
    assert not emulator.control.awx_tokens(awx_client.server)


def test_controls_refuse_what_there_is_not(emulator: Emulator) -> None:
    with pytest.raises(ControlError, match="server is one of controller, gateway"):
        emulator.control.awx_tokens("elsewhere")
    with pytest.raises(ControlError, match="no such user"):
        emulator.control.awx_change_password("nobody")


def test_a_reset_forgets_tokens_and_keeps_the_first_application(emulator: Emulator, awx_client: AwxClient) -> None:
    token = awx_client.create()["token"]
    emulator.control.awx_change_password("alice")
    emulator.control.reset()
    assert awx_client.status(token) == 401
    assert awx_client.grant().status_code == GRANTED[awx_client.server]


def test_no_secret_is_in_the_log(emulator: Emulator, awx_client: AwxClient) -> None:
    made, pair = awx_client.create(description="quiet"), awx_client.grant().json()
    awx_client.grant(password="quiet")
    told = repr((emulator.control.log(), emulator.control.counts()))
    secrets = (made["token"], pair["access_token"], pair["refresh_token"], awx_client.passwords["alice"], "quiet")
    assert not [secret for secret in secrets if secret in told]


# --- faults


def test_an_answer_is_lost_after_the_token_was_made(emulator: Emulator, awx_client: AwxClient) -> None:
    emulator.control.fault(f"{awx_client.server}.tokens.create", "lose")
    with pytest.raises(httpx.RemoteProtocolError):
        awx_client.create(description="lost")
    (orphan,) = emulator.control.awx_tokens(awx_client.server, description="lost")
    listed = awx_client.ask("GET", "{api}/tokens/?description=lost", "alice").json()
    assert [row["id"] for row in listed["results"]] == [orphan["id"]]
    assert awx_client.ask("DELETE", f"{{api}}/tokens/{orphan['id']}/", "alice").status_code == 204


def test_a_lost_refresh_loses_the_pair(emulator: Emulator, awx_client: AwxClient) -> None:
    pair = awx_client.grant().json()
    emulator.control.fault(f"{awx_client.server}.oauth.token", "lose")
    with pytest.raises(httpx.RemoteProtocolError):
        awx_client.refresh(pair["refresh_token"])
    assert awx_client.refresh(pair["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_fault_strikes_one_verb_of_one_server(emulator: Emulator, awx_client: AwxClient) -> None:
    made = awx_client.create()
    emulator.control.fault(f"{awx_client.server}.tokens.delete", "status", status=500, body="{}")
    assert awx_client.status(made["token"]) == 200
    assert awx_client.ask("GET", "{api}/tokens/", "alice").status_code == 200
    statuses = [awx_client.ask("DELETE", made["url"], "alice").status_code for _ in range(2)]
    assert statuses == [500, 204]


@pytest.mark.parametrize("fault", ["close", "malformed"])
def test_faults_come_before_the_work(emulator: Emulator, awx_client: AwxClient, fault: str) -> None:
    emulator.control.fault(f"{awx_client.server}.tokens", fault)
    answer: Any = None
    try:
        answer = awx_client.ask("POST", "{api}/tokens/", "alice", json={})
    except httpx.RemoteProtocolError:
        assert fault == "close"
    assert answer is None or "<html>" in answer.text
    assert emulator.control.count(f"{awx_client.server}.created") == 0


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


def test_head_is_get_without_a_body(awx_client: AwxClient) -> None:
    answer = awx_client.ask("HEAD", "{api}/tokens/", "alice")
    assert (answer.status_code, answer.content) == (200, b"")
