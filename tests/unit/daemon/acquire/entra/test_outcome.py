"""keyturnd.acquire.entra.outcome: times, owners, and the state that is worth sealing."""

from __future__ import annotations

import base64
import json
from typing import Any

from keyturnd.acquire.entra import outcome
from keyturnd.acquire.entra.msal_client import Exchange
from keyturnd.acquire.entra.outcome import Owner
from keyturnd.messages.states import EntraState

SENT = 1_800_000_000.0


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def exchange(**changes: Any) -> Exchange:
    return Exchange(SENT, "corr", {"access_token": "at", "token_type": "Bearer", "expires_in": 3600} | changes)


def test_a_life_counts_from_before_the_request() -> None:
    result = outcome.result(exchange(refresh_in=1800), ("asked",), Owner(), "login.example")
    assert (result.issued_at, result.expires_at, result.refresh_at) == (SENT, SENT + 3600, SENT + 1800)


def test_a_renewal_point_past_the_end_is_none() -> None:
    assert outcome.result(exchange(refresh_in=3600), (), Owner(), "h").refresh_at is None


def test_the_granted_scopes_beat_the_asked_ones() -> None:
    assert outcome.result(exchange(scope="a b"), ("asked",), Owner(), "h").scopes == ("a", "b")
    assert outcome.result(exchange(), ("asked",), Owner(), "h").scopes == ("asked",)


def test_the_details_are_those_of_the_cmdlet() -> None:
    owner = Owner("alice", "u.t", "u", "t")
    result = outcome.result(exchange(refresh_token="rt", ext_expires_in=7200), ("s",), owner, "h.example:8443")
    assert result.account == "alice"
    assert result.details == {
        "unique_id": "u",
        "tenant_id": "t",
        "correlation_id": "corr",
        "extended_expires_at": SENT + 7200,
        "refresh_token": "rt",
        "scopes": ["s"],
        "account": {"home_account_id": "u.t", "environment": "h.example", "username": "alice"},
    }


def test_the_owner_is_read_from_id_token_and_client_info() -> None:
    claims = {"preferred_username": "alice@contoso.example", "oid": "o", "tid": "t", "upn": "old"}
    answer = {"id_token": f"e30.{part(claims)}.s", "client_info": part({"uid": "u", "utid": "ut"})}
    assert outcome.owner_of(answer) == Owner("alice@contoso.example", "u.ut", "o", "t")


def test_without_client_info_the_ids_make_the_home_account() -> None:
    answer = {"id_token": f"e30.{part({'oid': 'o', 'tid': 't', 'upn': 'al'})}.s"}
    assert outcome.owner_of(answer) == Owner("al", "o.t", "o", "t")


def test_a_name_that_forges_a_line_is_no_name() -> None:
    """The account goes into git's credential protocol as a line."""
    claims = part({"preferred_username": "a\nquit=1", "oid": 7})
    assert outcome.owner_of({"id_token": f"e30.{claims}.s"}) == Owner()


def test_somebody_without_a_usable_name_goes_by_the_object_id() -> None:
    claims = part({"preferred_username": "", "upn": "a\nquit=1", "oid": "o", "tid": "t"})
    assert outcome.owner_of({"id_token": f"e30.{claims}.s"}).completed(None, "t").username == "o"
    info = part({"uid": "u", "utid": "ut"})
    assert outcome.owner_of({"client_info": info}).completed(None, "t").username == "u.ut"


def test_where_nothing_else_is_said_the_subject_is() -> None:
    claims = {"sub": "al", "iss": "https://id.example"}
    assert outcome.owner_of({"id_token": f"e30.{part(claims)}.s"}).completed(None, "t") == Owner("al", "al", "", "t")
    named = {**claims, "oid": "o", "tid": "t"}
    assert outcome.owner_of({"id_token": f"e30.{part(named)}.s"}).completed(None, "t").username == "o"


def test_the_sign_ins_name_beats_the_object_id() -> None:
    owner = outcome.owner_of({"id_token": f"e30.{part({'oid': 'o', 'tid': 't'})}.s"})
    assert owner.completed(EntraState("rt", "alice", "u.t"), "tenant").username == "alice"


def test_a_new_refresh_token_is_new_state_and_the_same_one_is_not() -> None:
    owner, old = Owner("alice", "u.t"), EntraState("old", "alice", "u.t")
    assert outcome.state({"refresh_token": "new"}, owner, old) == EntraState("new", "alice", "u.t")
    assert outcome.state({"refresh_token": "old"}, owner, old) is None
    assert outcome.state({}, owner, old) is None
    assert outcome.state({"refresh_token": "first"}, owner, None) == EntraState("first", "alice", "u.t")
