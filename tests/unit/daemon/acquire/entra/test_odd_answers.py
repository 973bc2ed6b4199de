"""keyturnd.acquire.entra.answers: whatever a provider sends is sound, or a typed failure."""

from __future__ import annotations

import contextlib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from keyturnd.acquire.entra import answers
from keyturnd.acquire.failed import Failed
from keyturnd.acquire.network.answers import claims_of, is_token, parse
from support.acquisition.answers import AUTHORITY, CODE, SOUND, endpoints

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
token_members = st.sampled_from(
    ["access_token", "token_type", "expires_in", "refresh_token", "id_token", "client_info", "scope", "refresh_in"]
)


@given(st.dictionaries(token_members, anything))
def test_any_token_answer_is_sound_or_a_typed_failure(odd: dict[str, Any]) -> None:
    for answer in (odd, SOUND | odd):
        try:
            sound = answers.token(answer, "p")
        except Failed:
            continue
        assert is_token(sound["access_token"])
        assert 0 < sound["expires_in"] <= answers.LONGEST_LIFE


@given(st.dictionaries(st.sampled_from(list(CODE)), anything))
def test_any_device_answer_is_sound_or_a_typed_failure(odd: dict[str, Any]) -> None:
    try:
        sound = answers.device_code(CODE | odd, "p")
    except Failed:
        return
    assert sound["verification_uri"].startswith("https://")
    assert sound["verification_uri"].isprintable()


@given(st.dictionaries(st.sampled_from(list(endpoints())), anything | st.from_regex(r"https://[^ ]{0,30}")))
def test_any_discovery_document_is_sound_or_a_typed_failure(odd: dict[str, Any]) -> None:
    try:
        found = answers.discovery(endpoints() | odd, AUTHORITY)
    except Failed:
        return
    assert all(url.startswith("https://") for url in found.values())


@given(st.binary(max_size=200) | st.from_regex(rb"\{[^}]{0,50}\}"))
def test_any_body_is_an_object_or_a_typed_failure(body: bytes) -> None:
    with contextlib.suppress(Failed):
        assert isinstance(parse(body, "p"), dict)


@given(st.text(max_size=80))
def test_any_text_has_claims_or_none(text: str) -> None:
    assert isinstance(claims_of(text), dict)
    assert isinstance(claims_of(f"a.{text}.b"), dict)
    assert isinstance(answers.client_info(text), dict)
