"""keyturnd.acquire.entra.answers: what a provider may send, and what gets past."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from keyturnd.acquire.entra import answers
from keyturnd.acquire.failed import Failed
from keyturnd.acquire.network.answers import TOKEN_LIMIT, parse
from support.acquisition.answers import AUTHORITY, CODE, SOUND, endpoints


def jwt(claims: object) -> str:
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"e30.{body}.c2ln"


def test_a_sound_token_answer_passes_with_its_optional_members() -> None:
    info = base64.urlsafe_b64encode(b'{"uid":"u"}').decode()
    optional = {
        "refresh_token": "rt",
        "id_token": jwt({"oid": "o"}),
        "client_info": info,
        "scope": "a b",
        "ext_expires_in": 7200,
        "refresh_in": 1800,
    }
    assert answers.token(SOUND | optional | {"foci": "1"}, "p") == SOUND | optional


@pytest.mark.parametrize(
    "change",
    [
        {"access_token": None},
        {"access_token": ""},
        {"access_token": 7},
        {"access_token": "a b"},
        {"access_token": "a\nquit=1"},
        {"access_token": "é"},
        {"access_token": "a" * (TOKEN_LIMIT + 1)},
        {"token_type": None},
        {"token_type": "pop"},
        {"token_type": ["Bearer"]},
        {"expires_in": None},
        {"expires_in": 0},
        {"expires_in": -1},
        {"expires_in": "-3599"},
        {"expires_in": "3599.5"},
        {"expires_in": "9" * 20},
        {"expires_in": "\u0663"},
        {"expires_in": 3599.5},
        {"expires_in": True},
        {"expires_in": 10**12},
        {"refresh_token": ""},
        {"refresh_token": "a\tb"},
        {"refresh_token": {"a": 1}},
    ],
)
def test_an_odd_token_answer_is_a_typed_failure(change: dict[str, Any]) -> None:
    with pytest.raises(Failed) as caught:
        answers.token(SOUND | change, "login.example")
    assert caught.value.failure.kind == "provider-unreachable"
    assert "login.example" in caught.value.failure.sentence


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("id_token", "no.jwt"),
        ("id_token", "a.%%%.c"),
        ("id_token", jwt([1])),
        ("id_token", 5),
        ("client_info", "!"),
        ("client_info", ["x"]),
        ("scope", ["a"]),
        ("scope", "a\nb"),
        ("ext_expires_in", "long"),
        ("refresh_in", -5),
        ("refresh_in", None),
    ],
)
def test_an_odd_member_nobody_needs_is_dropped(member: str, value: object) -> None:
    assert answers.token(SOUND | {member: value}, "p") == SOUND


def test_seconds_may_be_a_text() -> None:
    """As AD FS and B2C write them (reference/entra.md section 2)."""
    said = {"expires_in": "3599", "ext_expires_in": "7200", "refresh_in": "1800"}
    assert answers.token(SOUND | said, "p") == SOUND | {name: int(value) for name, value in said.items()}


def test_the_case_of_the_token_type_does_not_matter() -> None:
    assert answers.token(SOUND | {"token_type": "bearer"}, "p") == SOUND


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"\xff\xfe{}", b"[]", b'"text"', b"3", b"null", b"[" * 100_000, b'{"a":1}x']
)
def test_a_body_that_is_no_json_object_is_a_typed_failure(body: bytes) -> None:
    with pytest.raises(Failed):
        parse(body, "p")


def test_a_sound_device_answer_passes() -> None:
    assert answers.device_code(CODE | {"message": "\x1b[2J"}, "p") == CODE


def test_a_device_answer_may_write_its_seconds_as_texts() -> None:
    """As AD FS and B2C do in those of tokens."""
    said = {"expires_in": "900", "interval": "7"}
    assert answers.device_code(CODE | said, "p") == CODE | {"expires_in": 900, "interval": 7}


@pytest.mark.parametrize("interval", [0, 1, 30])
def test_the_interval_is_the_providers(interval: int) -> None:
    assert answers.device_code(CODE | {"interval": interval}, "p")["interval"] == interval


def test_without_an_interval_it_is_five_seconds() -> None:
    """RFC 8628 section 3.2."""
    answer = {name: value for name, value in CODE.items() if name != "interval"}
    assert answers.device_code(answer, "p")["interval"] == 5


@pytest.mark.parametrize(
    "change",
    [
        {"device_code": None},
        {"user_code": "A\x1b[31mB"},
        {"user_code": "A" * 65},
        {"verification_uri": "http://microsoft.com/devicelogin"},
        {"verification_uri": "javascript:alert(1)"},
        {"verification_uri": "https://a b"},
        {"verification_uri": None},
        {"expires_in": "-900"},
        {"expires_in": 10**9},
        {"interval": "5.5"},
        {"interval": -1},
        {"interval": 10**6},
    ],
)
def test_an_odd_device_answer_is_a_typed_failure(change: dict[str, Any]) -> None:
    with pytest.raises(Failed):
        answers.device_code(CODE | change, "p")


def test_endpoints_on_the_authority_pass_and_nothing_else() -> None:
    assert answers.discovery(endpoints(jwks_uri="https://elsewhere.example"), AUTHORITY) == endpoints()


def test_an_authority_without_device_codes_passes() -> None:
    found = answers.discovery(endpoints(device_authorization_endpoint=None), AUTHORITY)
    assert "device_authorization_endpoint" not in found


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example:8443/tenant/token",
        "https://login.example.evil.example:8443/tenant/token",
        "https://login.example/tenant/token",
        "https://login.example:8444/tenant/token",
        "http://login.example:8443/tenant/token",
        "https://login.example:8443@evil.example/tenant/token",
        "https://user@login.example:8443/tenant/token",
        "https://login.example:8443",
        "https://login.example:99999/tenant/token",
        "https://[::1/tenant/token",
        "//login.example:8443/tenant/token",
        5,
        None,
    ],
)
def test_an_endpoint_elsewhere_gets_no_secret(url: object) -> None:
    with pytest.raises(Failed) as caught:
        answers.discovery(endpoints(token_endpoint=url), AUTHORITY)
    assert caught.value.failure.kind == "provider-refused"


def test_an_alias_of_the_same_cloud_is_the_same_service() -> None:
    """Microsoft answers for login.windows.net with endpoints on login.microsoftonline.com."""
    base = "https://login.microsoftonline.com/t/oauth2"
    document = {"authorization_endpoint": f"{base}/authorize", "token_endpoint": f"{base}/token"}
    assert answers.discovery(document, "https://login.windows.net/t") == document
    with pytest.raises(Failed):
        answers.discovery(document, "https://login.microsoftonline.us/t")
