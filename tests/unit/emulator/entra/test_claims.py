"""The `claims` parameter, and what a resource makes of a token's claims."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn_emulator.bearer.demands import Demands
from keyturn_emulator.entra.refusals import EntraError
from keyturn_emulator.entra.requests.claims import UNREADABLE, ClaimsRequest, claims_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)
WANTED = st.fixed_dictionaries({"access_token": st.dictionaries(st.sampled_from(["acrs", "xms_cc", "nbf"]), JSON)})


@given(st.text() | (JSON | WANTED).map(json.dumps))
def test_anything_is_a_request_or_a_refusal(text: str) -> None:
    try:
        found = claims_of({"claims": text})
    except EntraError as error:
        if error.kind is not UNREADABLE:
            raise
    else:
        assert json.loads(json.dumps(found.in_token())) == found.in_token()


def test_what_python_reads_no_deeper_is_refused_too() -> None:
    with pytest.raises(EntraError) as raised:
        claims_of({"claims": '{"access_token":' * 5000})
    assert raised.value.kind is UNREADABLE


@pytest.mark.parametrize(
    ("access_token", "expected"),
    [
        ({"xms_cc": {"values": ["CP1"]}}, ClaimsRequest(capable=True)),
        ({"xms_cc": {"values": ["cp1", "x"]}}, ClaimsRequest(capable=True)),
        ({"xms_cc": {"values": ["protapp"]}}, ClaimsRequest()),
        ({"nbf": {"essential": True, "value": "1"}}, ClaimsRequest()),
        ({"acrs": {"values": ["c1", "c2"]}}, ClaimsRequest(wanted={"acrs": frozenset({"c1", "c2"})})),
        ({"acrs": None}, ClaimsRequest(wanted={"acrs": frozenset()})),
    ],
)
def test_what_is_asked_for(access_token: dict[str, object], expected: ClaimsRequest) -> None:
    assert claims_of({"claims": json.dumps({"access_token": access_token})}) == expected


def test_claims_about_other_tokens_ask_nothing_of_this_one() -> None:
    assert claims_of({"claims": '{"id_token": {"auth_time": {"essential": true}}}'}) == ClaimsRequest()
    assert claims_of({}) == ClaimsRequest()


@pytest.mark.parametrize(
    ("wanted", "claims", "taken"),
    [
        ({"acrs": {"value": "c1"}}, {"acrs": ["c1", "c2"]}, True),
        ({"acrs": {"values": ["c1", "c3"]}}, {"acrs": ["c1", "c2"]}, False),
        ({"acrs": {"value": "c1"}}, {}, False),
        ({"tid": {"value": "t"}}, {"tid": "t"}, True),
        ({"tid": {"value": "t"}}, {"tid": "tt"}, False),
        ({"nbf": {"value": "10"}}, {"nbf": 10}, True),
        ({"nbf": {"value": "10"}}, {"nbf": 9}, False),
    ],
)
def test_what_a_resource_takes(wanted: dict[str, object], claims: dict[str, object], *, taken: bool) -> None:
    demands = Demands()
    challenge = json.dumps({"access_token": wanted})
    demands.make("api", challenge)
    assert demands.unmet({"aud": "api", **claims}) == (None if taken else challenge)
    assert demands.unmet({"aud": "other", **claims}) is None
