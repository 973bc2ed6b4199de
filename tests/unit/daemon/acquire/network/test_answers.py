"""What is taken for a token, a count and a JSON object, whoever sent it."""

from __future__ import annotations

import base64
import json

import pytest

from keyturn.errors import ProviderUnreachable
from keyturnd.acquire.failed import Failed
from keyturnd.acquire.network import answers

VISIBLE = "".join(map(chr, range(0x21, 0x7F)))


@pytest.mark.parametrize("value", [VISIBLE, "x", "x" * answers.TOKEN_LIMIT])
def test_a_token(value: str) -> None:
    assert answers.is_token(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "x" * (answers.TOKEN_LIMIT + 1),
        "a b",
        "a\nb",
        "a\tb",
        "a\0b",
        "a\x7fb",
        "ä",
        "\u00a0",
        b"x",
        1,
        None,
        ["x"],
    ],
)
def test_what_is_none(value: object) -> None:
    """Each line break would be another line of git's protocol, and without an end it would fill the channel."""
    assert not answers.is_token(value)


@pytest.mark.parametrize(
    ("value", "is_one"), [(1, True), (9, True), (0, False), (10, False), (True, False), ("1", False)]
)
def test_a_count(value: object, *, is_one: bool) -> None:
    assert answers.is_count(value, 9) is is_one
    assert not answers.is_count(1.0, 9)


@pytest.mark.parametrize("body", [b"", b"\xff", b"[]", b"null", b'"x"', b"{", b"[" * 100_000])
def test_what_is_no_object_may_be_gone_tomorrow(body: bytes) -> None:
    with pytest.raises(Failed) as told:
        answers.parse(body, "login.example")
    assert told.value.failure.kind == ProviderUnreachable.kind
    assert told.value.failure.sentence.startswith("the answer of login.example is not ")


def jwt(payload: bytes) -> str:
    return f"e30.{base64.urlsafe_b64encode(payload).decode().rstrip('=')}.c2ln"


@pytest.mark.parametrize("length", range(4))
def test_claims_are_read_whatever_padding_is_left_out(length: int) -> None:
    claims = {"oid": "x" * length}
    assert answers.claims_of(jwt(json.dumps(claims).encode())) == claims


@pytest.mark.parametrize(
    "text", ["", "e30", "e30.e30", "e30.e30.e30.e30", "e30.ä.c2ln", jwt(b"[]"), jwt(b"\xff"), jwt(b"{")]
)
def test_what_has_no_claims(text: str) -> None:
    assert answers.claims_of(text) == {}


@pytest.mark.parametrize("text", [r'{"a": "\ud800"}', r'{"\uDFFF": 1}', r'{"a": ["\ud83d"]}'])
def test_half_a_character_is_nothing_that_could_be_passed_on(text: str) -> None:
    with pytest.raises(Failed, match="is not JSON"):
        answers.parse(text.encode(), "awx.example")
    assert answers.decoded(base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")) == {}


def test_a_whole_one_in_two_halves_is() -> None:
    assert answers.parse(rb'{"a": "\ud83d\ude00", "b": "\\ud800"}', "x") == {"a": "😀", "b": r"\ud800"}
