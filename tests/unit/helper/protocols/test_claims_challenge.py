"""Claims challenges out of WWW-Authenticate headers."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.protocols.claims_challenge import LONGEST, claims_in, claims_of, merged

CLAIMS = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
ENCODED = base64.b64encode(CLAIMS.encode()).decode()
URI = 'authorization_uri="https://login.example/t/oauth2/authorize"'


@pytest.mark.parametrize(
    "header",
    [
        f'Bearer realm="", {URI}, error="insufficient_claims", claims="{ENCODED}"',
        f'bearer {URI}, claims="{ENCODED.rstrip("=")}"',
        f"Bearer claims={ENCODED}, {URI}",
    ],
)
def test_a_challenge_is_read(header: str) -> None:
    assert claims_of(["TFS-Federated", header]) == CLAIMS


@pytest.mark.parametrize("text", ['{"a":{"b":"??>>"}}', '{"a":{"b":"\N{GREEK SMALL LETTER ALPHA}~~~"}}'])
def test_either_alphabet_is_read(text: str) -> None:
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        assert claims_of([f'Bearer claims="{encode(text.encode()).decode()}"']) == text
        assert claims_in(f" {encode(text.encode()).decode()}\n") == text
    assert claims_in(f" {text}\n") == text


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "W10", "e30x", '{"access_token":null}', '{"access_token":[]}', "ä", "{" * 9000, "e"],
)
def test_what_is_no_claims_request(text: str) -> None:
    assert claims_in(text) is None


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "[-1e400]"])
def test_what_python_alone_takes_for_a_number(number: str) -> None:
    """It would be sent on, or break msal: no JSON reader of a provider has it (RFC 8259 section 6)."""
    text = f'{{"access_token":{{"x":{number}}}}}'
    assert claims_in(text) is None
    assert claims_of([f'Bearer claims="{base64.b64encode(text.encode()).decode()}"']) is None
    assert claims_in(text.replace(number, "-1.5e3")) is not None


def test_what_is_nested_too_deep_for_others_is_none_either() -> None:
    """What a provider cannot read may end each renewal with an error that passes, and so is asked for again."""
    nested = '{"access_token":{"x":' + "[" * 300 + "]" * 300 + "}}"
    assert claims_in(nested) is None
    assert claims_of([f'Bearer claims="{base64.b64encode(nested.encode()).decode()}"']) is None
    many = json.dumps({"access_token": {f"c{number}": {"essential": True} for number in range(50)}})
    assert claims_in(many) == many


@given(st.text())
def test_whatever_a_person_gives_is_claims_or_none(text: str) -> None:
    claims = claims_in(text)
    assert claims is None or all(isinstance(part, dict) for part in json.loads(claims).values())


@pytest.mark.parametrize(
    "header",
    [
        f"Bearer {URI}",
        f'Basic realm="x", claims="{ENCODED}"',
        f'Bearer other_claims="{ENCODED}"',
        'Bearer claims=""',
        'Bearer claims="A"',
        f'Bearer claims="{base64.b64encode(b"[1]").decode()}"',
        f'Bearer claims="{base64.b64encode(b"not json").decode()}"',
        f'Bearer claims="{base64.b64encode(json.dumps({"a": "x" * LONGEST}).encode()).decode()}"',
        f'Bearer claims="{base64.b64encode(b"[" * LONGEST).decode()}"',
    ],
)
def test_what_is_no_challenge_is_passed_over(header: str) -> None:
    assert claims_of([header]) is None


Request = dict[str, dict[str, int]]
REQUESTS = st.dictionaries(
    st.sampled_from(["access_token", "id_token"]), st.dictionaries(st.sampled_from("abc"), st.integers())
)


@given(REQUESTS, REQUESTS)
def test_merged_asks_for_all_and_for_the_later_of_two(before: Request, after: Request) -> None:
    both = json.loads(merged(json.dumps(before), json.dumps(after)))
    assert both.keys() == before.keys() | after.keys()
    for part, wanted in both.items():
        assert wanted == before.get(part, {}) | after.get(part, {})


def test_merged_stays_short_enough_to_be_sent() -> None:
    long = [json.dumps({"access_token": {name: "x" * (LONGEST // 2)}}) for name in "ab"]
    assert merged(*long) == long[1]
    assert merged(CLAIMS, CLAIMS) == CLAIMS


@given(st.lists(st.text(), max_size=4), st.text(max_size=20))
def test_whatever_a_server_says_is_claims_or_none(headers: list[str], value: str) -> None:
    claims = claims_of([*headers, f'Bearer claims="{value}"'])
    assert claims is None or isinstance(json.loads(claims), dict)
