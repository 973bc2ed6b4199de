"""keyturnd.acquire.awx.tokens: what an answer may look like, how long a token is good, how ours are told apart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from keyturn import moves
from keyturnd.acquire.awx import tokens
from keyturnd.acquire.awx.api import Reply
from keyturnd.acquire.awx.refusals import Unusable
from keyturnd.messages.channel import encode_line
from keyturnd.messages.states import AwxState
from support.awx.in_memory import IDENTITY, NOW, InMemoryAwx

if TYPE_CHECKING:
    from keyturnd.acquire.awx.api import Api

WEEK = IDENTITY.max_age
CREATED = "2026-09-21T13:33:20.000000Z"
SOUND: dict[str, Any] = {
    "id": 42,
    "type": "o_auth2_access_token",
    "url": "/api/v2/tokens/42/",
    "created": CREATED,
    "description": "keyturn tower@build7 00",
    "user": 3,
    "token": "A" * 30,
    "refresh_token": None,
    "application": None,
    "expires": "3026-01-22T13:33:20.000000Z",
    "scope": "write",
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def api() -> Api:
    return cast("Api", InMemoryAwx())


def read(**changes: object) -> tokens.Created:
    return tokens.read(api(), Reply(201, SOUND | changes, NOW))


def state(**changes: Any) -> AwxState:
    """The state after SOUND."""
    made = tokens.replacing(AwxState("alice", intent="d"), read(), IDENTITY, "/api/")
    return replace(made, **changes)


def test_a_sound_answer() -> None:
    assert state() == AwxState(
        account="alice",
        token="A" * 30,
        token_id=42,
        created_at=NOW,
        expires_at=NOW + WEEK,
        scope="write",
        requested="write -",
        mark="d",
        intent="d",
        controller="/api/",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"token": "************"},
        {"token": "$encrypted$"},
        {"token": None},
        {"token": ""},
        {"token": "A" * 29 + "\n"},
        {"token": "A" * 5000},
        {"token": ["A" * 30]},
        {"id": None},
        {"id": 0},
        {"id": True},
        {"id": "42"},
        {"id": 1 << 63},
    ],
)
def test_an_answer_without_a_token(changes: dict[str, object]) -> None:
    with pytest.raises(Unusable) as caught:
        read(**changes)
    assert caught.value.failure.kind == "provider-refused"
    assert "A" * 29 not in caught.value.failure.sentence


@pytest.mark.parametrize("owner", ["alice", "Alice"])
def test_a_token_of_the_user_who_asked_for_it(owner: str) -> None:
    assert read(summary_fields={"user": {"username": owner}}) == read()._replace(
        document=SOUND | {"summary_fields": {"user": {"username": owner}}}
    )


def test_a_token_of_another_user_is_none() -> None:
    with pytest.raises(Unusable) as caught:
        read(summary_fields={"user": {"username": "mallory\n"}})
    failure = caught.value.failure
    sentence = "awx.example created a token of mallory for profile tower, which is for alice"
    assert (failure.kind, failure.sentence) == ("provider-refused", sentence)
    assert failure.hint == "check `username` and `url` of [profile.tower]"


def test_no_json_at_all() -> None:
    with pytest.raises(Unusable):
        tokens.read(api(), Reply(201, None, NOW))


@given(st.dictionaries(st.sampled_from(sorted(SOUND)), JSON))
def test_whatever_the_answer_its_token_fits_our_channel(changes: dict[str, Any]) -> None:
    """Odd members beside the token cost nothing but themselves."""
    try:
        created = read(**changes)
    except Unusable:
        return
    sealed = tokens.replacing(AwxState("alice"), created, IDENTITY, "/api/")
    assert NOW < sealed.expires_at <= NOW + WEEK
    result = tokens.result(sealed, IDENTITY)
    assert encode_line(result).count(b"\n") == 1


@pytest.mark.parametrize(
    ("created", "expires", "life"),
    [
        (CREATED, "2026-09-21T14:33:20.000000Z", 3600),
        (CREATED, "2026-09-21T13:33:21Z", 1),
        ("2020-01-01T00:00:00Z", "2020-01-01T01:00:00Z", 3600),  # the server's clock is years behind ours
        (CREATED, "2026-09-21T16:33:20+02:00", 3600),
        (CREATED, "2026-09-21T14:33:20", 3600),
        (None, "2026-09-21T14:33:20Z", 3600),
        (CREATED, "3026-09-21T13:33:20Z", 365_242 * 86400),
        (CREATED, "9999-12-31T23:59:59.999999Z", None),
        (CREATED, CREATED, 0),
        (CREATED, "2026-09-21T13:33:10Z", -10),
        (None, "2020-01-01T00:00:00Z", None),
        (CREATED, None, None),
        (CREATED, "", None),
        (CREATED, "soon", None),
        (CREATED, 31536000000, None),
        (CREATED, "9999-12-31T23:59:59-23:59", None),
        (CREATED, "0001-01-01T00:00:00+23:59", None),
        (CREATED, "12026-01-01T00:00:00Z", None),
    ],
)
def test_the_life_a_server_gives(created: object, expires: object, life: float | None) -> None:
    found = tokens.life_of(created, expires, NOW)
    if life is None:
        assert found is None or found > 1000 * 365 * 86400
    else:
        assert found == life


@given(JSON | st.text("0123456789-:TZ+.", max_size=70), JSON | st.datetimes().map(str))
def test_no_time_is_too_odd(created: object, expires: object) -> None:
    life = tokens.life_of(created, expires, NOW)
    assert life is None or math.isfinite(life)


@pytest.mark.parametrize(
    ("expires", "life"),
    [
        ("2026-09-21T14:33:20Z", 3600.0),
        ("3026-09-21T14:33:20Z", WEEK),
        (None, WEEK),
        ("soon", WEEK),
    ],
)
def test_our_own_age_is_the_longest(expires: object, life: float) -> None:
    made = tokens.replacing(AwxState("alice"), read(expires=expires), IDENTITY, "/api/")
    assert made.expires_at == NOW + life


@pytest.mark.parametrize("expires", [CREATED, "2020-01-01T00:00:00Z"])
def test_a_token_that_is_dead_at_its_birth_is_none(expires: str) -> None:
    with pytest.raises(Unusable) as caught:
        read(expires=expires)
    assert "has expired already" in caught.value.failure.sentence
    assert caught.value.failure.hint == moves.servers.lifetime(api().place)


def test_a_stricter_age_holds_for_a_token_there_is() -> None:
    day = replace(IDENTITY, max_age=86400.0)
    assert tokens.result(state(), day).expires_at == NOW + 86400


@pytest.mark.parametrize(
    ("age", "young"),
    [(0, True), (WEEK / 3 - 1, True), (WEEK / 3 + 1, False), (WEEK, False), (-299, True), (-301, False)],
)
def test_young(age: float, *, young: bool) -> None:
    assert tokens.is_young(state(), IDENTITY, NOW + age) is young


@pytest.mark.parametrize("change", [{"scope": "read"}, {"application": 7}, {"max_age": 60.0}])
def test_a_token_of_another_kind_is_never_young(change: dict[str, Any]) -> None:
    assert not tokens.is_young(state(), replace(IDENTITY, **change), NOW + 30)


def test_replaced_tokens_are_remembered_once_and_not_for_ever() -> None:
    before = AwxState("alice", token="B", token_id=7, superseded=(3, 7))
    assert tokens.replacing(before, read(), IDENTITY, "/api/").superseded == (3, 7)
    full = AwxState("alice", token="B", token_id=1000, superseded=tuple(range(1, 500)))
    kept = tokens.replacing(full, read(), IDENTITY, "/api/").superseded
    assert (len(kept), kept[-1]) == (100, 1000)


def described(state: AwxState | None = None, **changes: Any) -> str:
    return tokens.description(state or AwxState("alice"), replace(IDENTITY, **changes))


@given(st.text(max_size=400), st.text(max_size=100))
def test_a_description_stays_as_it_is_on_the_server(own: str, host: str) -> None:
    """Django trims it and takes no NUL; what came back otherwise would not be found again."""
    text = described(description=own, host=host)
    assert text == text.strip()
    assert text.isprintable()
    assert "keyturn tower@" in text
    assert len(text) < 320


def test_each_sign_in_has_a_mark_of_its_own() -> None:
    mark = described(description="nightly builds")
    assert mark.startswith("nightly builds keyturn tower@build7 ")
    assert mark != described(description="nightly builds")


def test_a_successor_has_the_mark_of_its_predecessor() -> None:
    mark = described()
    assert described(AwxState("alice", mark=mark)) == mark
    assert described(AwxState("alice", mark=mark), host="build8") != mark
    assert described(AwxState("alice", mark=mark), description="x").startswith("x keyturn tower@build7 ")


def test_what_may_be_left_is_looked_for_whatever_the_configuration_says_now() -> None:
    assert described(AwxState("alice", mark="m", intent="lost"), description="x") == "lost"


def test_no_token_in_a_repr() -> None:
    assert "AAAA" not in repr(read()) + repr(state())
