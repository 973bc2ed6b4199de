"""keyturnd.acquire.loopback.redirect: one answer is right, and no other is let through or quoted."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturnd.acquire.loopback.redirect import Awaited, Unfit, parsed

STATE = "planted-state"
ISSUER = "https://login.example/t/v2.0"
AWAITED = Awaited("http://localhost:8400", STATE, lambda iss: iss in {None, ISSUER})
RIGHT = {"code": "planted-code", "state": STATE}


@pytest.mark.parametrize(
    "fields",
    [
        RIGHT,
        {**RIGHT, "iss": ISSUER},
        {**RIGHT, "session_state": "x", "client_info": "y"},
        {"error": "access_denied", "state": STATE},
    ],
)
def test_the_right_answer(fields: dict[str, str]) -> None:
    AWAITED.check(fields)
    assert AWAITED.pasted(f" http://localhost:8400/?{urlencode(fields)}\n") == fields
    assert AWAITED.pasted(f"http://localhost:8400?{urlencode(fields)}") == fields


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"code": "planted-code"},
        {"code": "planted-code", "state": ""},
        {"code": "planted-code", "state": STATE.upper()},
        {"code": "planted-code", "state": STATE + "x"},
        {"code": "planted-code", "state": "ä"},
        {"error": "access_denied", "state": "other"},
        {**RIGHT, "iss": "https://login.example/other/v2.0"},
        {**RIGHT, "iss": ""},
        {**RIGHT, "error": "access_denied"},
        {"state": STATE},
        {"state": STATE, "code": ""},
    ],
)
def test_a_wrong_one_is_refused_and_not_quoted(fields: dict[str, str]) -> None:
    with pytest.raises(Unfit) as caught:
        AWAITED.check(fields)
    assert "planted" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "planted-code",
        "http://localhost:8401/?code=planted-code&state=planted-state",
        "https://localhost:8400/?code=planted-code&state=planted-state",
        "http://127.0.0.1:8400/?code=planted-code&state=planted-state",
        "http://planted@localhost:8400/?code=planted-code&state=planted-state",
        "http://localhost:8400/other?code=planted-code&state=planted-state",
        "http://localhost:8400/#code=planted-code&state=planted-state",
        "http://[localhost:8400/?code=planted-code&state=planted-state",
        "http://localhost:8400/?code=planted-code&state=planted-state&state=planted-state",
    ],
)
def test_what_is_pasted_wrongly(text: str) -> None:
    with pytest.raises(Unfit) as caught:
        AWAITED.pasted(text)
    assert "planted" not in str(caught.value)


@pytest.mark.parametrize("encoded", ["a=1&a=2", "a=%ff", "&".join(f"a{n}=1" for n in range(40)), "a=" + "x" * 70_000])
def test_what_no_provider_sends(encoded: str) -> None:
    with pytest.raises(Unfit):
        parsed(encoded)


@given(st.text())
def test_no_text_but_an_answer_is_an_answer(text: str) -> None:
    for read in (AWAITED.pasted, lambda encoded: AWAITED.check(parsed(encoded))):
        with pytest.raises(Unfit):
            read(text)


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=30), max_size=20))
def test_fields_come_as_they_were_sent(fields: dict[str, str]) -> None:
    assert parsed(urlencode(fields)) == fields
