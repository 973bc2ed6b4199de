"""What the endpoints' answers mean: numbers as texts, dates, other identities, and refusals without a reason."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from keyturn import moves
from keyturn.configuration.profiles.credentials.managed import ManagedIdentity
from keyturn.problems import BY_KIND
from keyturnd.acquire.entra.managed import answered
from keyturnd.acquire.entra.managed.asked import Asked
from keyturnd.acquire.failed import Failed
from keyturnd.acquire.network.transport import Answer, Request

if TYPE_CHECKING:
    from keyturnd.messages.outcomes import Failure

OWN = ManagedIdentity()
NOW = 1_800_000_000.0
GUID, OTHER = "11111111-2222-3333-4444-555555555555", "99999999-2222-3333-4444-555555555555"
PLACE = Asked("App Service", Request("GET", "http://127.0.0.1/", {}))
ARC = PLACE._replace(source="Azure Arc", challenged=True)


def token(**claims: Any) -> str:
    part = base64.urlsafe_b64encode(json.dumps({"tid": "t", **claims}).encode()).decode().rstrip("=")
    return f"e30.{part}.c2ln"


def read(said: object, identity: ManagedIdentity = OWN, asked: Asked = PLACE, status: int = 200) -> Any:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return answered.result(Answer(status, {}, body, NOW), asked, identity, ("r/.default",))


def failure_of(*arguments: Any, **named: Any) -> Failure:
    with pytest.raises(Failed) as caught:
        read(*arguments, **named)
    assert caught.value.failure.kind in BY_KIND
    return caught.value.failure


def refused(*arguments: Any, **named: Any) -> tuple[str, str]:
    failure = failure_of(*arguments, **named)
    return failure.kind, failure.sentence


@pytest.mark.parametrize(
    "times",
    [
        {"expires_in": "3600"},
        {"expires_in": 3600},
        {"expires_on": "1800003600"},
        {"expires_in": "3600", "expires_on": "17"},
        {"expires_on": "01/15/2027 09:00:00 +00:00"},
        {"expires_on": "01/15/2027 09:00:00 AM +00:00"},
        {"expires_on": "2027-01-15T09:00:00Z"},
    ],
)
def test_times_however_they_are_written(times: dict[str, Any]) -> None:
    assert read({"access_token": token(), **times}).expires_at == NOW + 3600


@pytest.mark.parametrize(
    "times",
    [
        {},
        {"expires_in": "-1"},
        {"expires_in": "0"},
        {"expires_on": "soon"},
        {"expires_in": "9" * 20},
        {"expires_on": True},
        {"expires_in": 10**400},
        {"expires_on": 10**400},
    ],
)
def test_times_that_nobody_can_use(times: dict[str, Any]) -> None:
    kind, sentence = refused({"access_token": token(), **times})
    assert (kind, sentence) == ("provider-unreachable", "the answer of App Service says no usable lifetime")


def test_a_day_is_renewed_at_its_half() -> None:
    assert read({"access_token": token(), "expires_in": "86400"}).refresh_at == NOW + 43200
    assert read({"access_token": token(), "expires_in": "3600"}).refresh_at is None


def test_whose_it_is() -> None:
    found = read({"access_token": token(appid=GUID, oid="o"), "expires_in": "60"})
    assert (found.account, found.details["tenant_id"], found.details["unique_id"]) == (GUID, "t", "o")
    opaque = read({"access_token": "opaque", "expires_in": "60", "client_id": GUID})
    assert (opaque.account, opaque.details["tenant_id"]) == (GUID, "")


@pytest.mark.parametrize(
    ("identity", "claims", "echo"),
    [
        (ManagedIdentity(GUID), {"appid": OTHER}, {}),
        (ManagedIdentity(GUID), {"appid": GUID}, {"client_id": OTHER}),
        (ManagedIdentity("", GUID), {"oid": OTHER}, {}),
        (ManagedIdentity("", "", "/s/A"), {"xms_mirid": ["/s/b"]}, {}),
    ],
)
def test_another_identitys_token_is_not_taken(
    identity: ManagedIdentity, claims: dict[str, Any], echo: dict[str, str]
) -> None:
    kind, sentence = refused({"access_token": token(**claims), "expires_in": "60", **echo}, identity)
    assert (kind, sentence) == ("provider-refused", "App Service answered for another identity than the profile's")


def test_arc_has_to_say_whose_it_is_where_that_was_asked() -> None:
    said = {"access_token": token(appid=GUID, xms_mirid="/s/A"), "expires_in": "60"}
    assert read(said, ManagedIdentity(GUID.upper()), ARC).account == GUID
    assert read(said, ManagedIdentity("", "", "/S/a"), ARC).account == GUID
    assert refused(said, ManagedIdentity("", GUID), ARC)[1].startswith("Azure Arc answered for another identity")
    assert read(said, ManagedIdentity("", GUID)).account == GUID  # no other source is known to lie


@pytest.mark.parametrize(
    ("status", "said", "sentence"),
    [
        (
            400,
            {"error": "invalid_request", "error_description": "Identity not found."},
            "(status 400: Identity not found)",
        ),
        (
            400,
            {"statusCode": 400, "message": "No User Assigned\nIdentity found"},
            "(status 400: No User Assigned Identity found)",
        ),
        (401, {"error": {"code": "x", "message": "Secret is not found"}}, "(status 401: Secret is not found)"),
        (403, b"<html>", "(status 403)"),
        (403, [1], "(status 403)"),
        (403, {"message": ""}, "(status 403)"),
    ],
)
def test_a_refusal_keeps_its_status(status: int, said: object, sentence: str) -> None:
    assert refused(said, status=status) == ("provider-refused", f"App Service gave no token {sentence}")


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ({"error_description": "Identity not found"}, moves.machines.assigned_identity()),
        ({"error_description": "AADSTS500011: No such resource."}, moves.machines.resource()),
        (b"<html>", moves.machines.on_azure()),  # another cloud's service, or a proxy, stands at the same address
    ],
)
def test_what_helps_against_a_refusal(said: object, hint: str) -> None:
    assert failure_of(said, status=403).hint == hint


@pytest.mark.parametrize("status", [404, 410])
def test_a_service_that_is_being_updated_passes(status: int) -> None:
    assert refused({}, status=status)[0] == "provider-unreachable"


@pytest.mark.parametrize("said", [b"", b"[]", b"{", {"access_token": "a b"}, {"access_token": 5}])
def test_a_200_that_is_no_token(said: object) -> None:
    assert refused(said)[0] == "provider-unreachable"
