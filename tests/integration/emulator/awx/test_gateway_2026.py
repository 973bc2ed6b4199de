"""The gateway of 2026 beyond its recording: hashes, races, and what else reference/awx.md tells of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from support.awx.client import AwxClient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyturn_emulator.launch import Emulator

YEAR = 31_536_000


@pytest.fixture
def newer(emulator: Emulator) -> Iterator[AwxClient]:
    """A client of the gateway of 2026."""
    with AwxClient(emulator, "gateway-2026") as client:
        yield client


def test_losers_of_a_race_are_handed_a_stored_hash(emulator: Emulator, newer: AwxClient) -> None:
    pair = newer.grant().json()
    emulator.control.settings(awx_refresh_race=5)
    answers = [newer.refresh(pair["refresh_token"]) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [201] * 4
    won, *lost = (answer.json() for answer in answers)
    assert newer.status(won["access_token"]) == 200
    for answer in lost:
        for name in ("access_token", "refresh_token"):
            assert re.fullmatch(r"\$sha256\$[0-9a-f]{64}", answer[name])
        assert newer.status(answer["access_token"]) == 401
        assert newer.refresh(answer["refresh_token"]).json()["error"] == "invalid_grant"
    # The winner's pair is whole, and who comes later is refused as ever.
    emulator.control.advance(5)
    assert newer.refresh(pair["refresh_token"]).json()["error"] == "invalid_grant"
    assert newer.refresh(won["refresh_token"]).status_code == 201
    assert emulator.control.count("gateway-2026.raced") == 3


def test_the_older_servers_hand_out_the_winners_pair(
    emulator: Emulator, controller: AwxClient, gateway: AwxClient
) -> None:
    emulator.control.settings(awx_refresh_race=5)
    for client in (controller, gateway):
        pair = client.grant().json()
        first, second = (client.refresh(pair["refresh_token"]).json() for _ in range(2))
        assert first["access_token"] == second["access_token"]
        assert client.status(second["access_token"]) == 200


def test_revoking_changes_nothing_and_says_it_did(emulator: Emulator, newer: AwxClient) -> None:
    personal, pair = newer.create(), newer.grant().json()
    for value in (personal["token"], pair["access_token"], pair["refresh_token"]):
        form = {"token": value, "client_id": newer.application["client_id"]}
        answer = newer.ask("POST", "{oauth}/revoke_token/", data=form)
        assert (answer.status_code, answer.text) == (200, "")
    assert newer.status(personal["token"]) == newer.status(pair["access_token"]) == 200
    assert newer.refresh(pair["refresh_token"]).status_code == 201
    assert emulator.control.count("gateway-2026.revoked") == 0
    assert newer.ask("DELETE", f"{{api}}/tokens/{personal['id']}/", "alice").status_code == 204
    assert newer.status(personal["token"]) == 401


def test_a_token_lives_a_year_at_most(emulator: Emulator, newer: AwxClient) -> None:
    assert newer.grant().json()["expires_in"] == YEAR
    made = newer.create()
    emulator.control.advance(YEAR - 60)
    assert newer.status(made["token"]) == 200
    emulator.control.advance(60)
    assert newer.status(made["token"]) == 401
    emulator.control.settings(awx_grant_lifetime=60)
    assert newer.grant().json()["expires_in"] == 60


def test_others_tokens_are_not_there(newer: AwxClient) -> None:
    made = newer.create("alice")
    for method in ("GET", "PATCH", "DELETE"):
        assert newer.ask(method, f"{{api}}/tokens/{made['id']}/", "bob", json={}).status_code == 404
    assert newer.ask("GET", f"{{api}}/tokens/{made['id']}/", "admin").status_code == 200
    newer.create("bob")
    counts = {who: newer.ask("GET", "{api}/tokens/", who).json()["count"] for who in ("alice", "bob", "admin")}
    assert counts == {"alice": 1, "bob": 1, "admin": 2}


@pytest.mark.parametrize("scope", ["openid", "roles", "openid roles"])
def test_scopes_that_allow_nothing(newer: AwxClient, scope: str) -> None:
    made = newer.create(scope=scope)
    assert made["scope"] == scope
    for method in ("GET", "POST"):
        assert newer.ask(method, "{api}/tokens/", token=made["token"]).status_code == 403
    assert newer.grant(scope=f"read {scope}").status_code == 201


def test_the_scheme_that_galaxy_sends(newer: AwxClient, gateway: AwxClient) -> None:
    for client, taken in ((newer, 200), (gateway, 401)):
        headers = {"Authorization": f"Token {client.create()['token']}"}
        assert client.ask("GET", "{api}/me/", headers=headers).status_code == taken


def test_the_root_names_what_is_not_there(newer: AwxClient, gateway: AwxClient) -> None:
    names = newer.ask("GET", "{oauth}/").json()
    for name in ("oidc-connect-discovery-info", "jwks-info"):
        answer = newer.ask("GET", names[name])
        assert (answer.status_code, answer.text) == (404, "")
    assert set(gateway.ask("GET", "{oauth}/").json()) == {"authorize", "token", "revoke_token"}


def test_applications_are_for_superusers(newer: AwxClient, gateway: AwxClient) -> None:
    for client in (newer, gateway):
        for path in ("{api}/applications/", f"{{api}}/applications/{client.application['id']}/"):
            assert client.ask("GET", path, "alice").status_code == 403
            assert client.ask("GET", path, "admin").status_code == 200
    row = newer.ask("GET", f"{{api}}/applications/{newer.application['id']}/", "admin").json()
    assert row["app_url"] is None
