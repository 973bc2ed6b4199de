"""Access tokens live, expire and are revoked by the emulator's own record."""

from __future__ import annotations

import pytest

from keyturn_emulator.bearer.signing import Signer, TokenRefused
from keyturn_emulator.bearer.tokens import AccessTokens
from keyturn_emulator.clock import Clock

HERE = ("here",)
SIGNER = Signer()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens(clock: Clock) -> AccessTokens:
    return AccessTokens(SIGNER, clock)


def refusal(tokens: AccessTokens, token: str) -> str:
    with pytest.raises(TokenRefused) as caught:
        tokens.check(token, HERE)
    return caught.value.reason


def test_times_and_identity(tokens: AccessTokens, clock: Clock) -> None:
    before = clock.now()
    first, second = (tokens.check(tokens.issue({"aud": "here"}, 60), HERE) for _ in range(2))
    assert before - 1 < first["iat"] == first["nbf"] <= clock.now()
    assert before + 60 <= first["exp"] <= clock.now() + 61
    assert first["jti"] != second["jti"]


def test_it_lives_as_long_as_was_said_and_no_longer(tokens: AccessTokens, clock: Clock) -> None:
    token = tokens.issue({"aud": "here"}, 60)
    clock.advance(59)
    tokens.check(token, HERE)
    clock.advance(2)
    assert refusal(tokens, token) == "expired"


def test_audience_is_compared_letter_for_letter(tokens: AccessTokens) -> None:
    for audience in ("Here", "here/", "here ", "", "elsewhere", None):
        assert refusal(tokens, tokens.issue({"aud": audience}, 60)) == "audience"


def test_signed_by_us_but_never_issued(tokens: AccessTokens) -> None:
    token = SIGNER.sign({"aud": "here", "exp": 4_000_000_000, "jti": "invented"})
    assert refusal(tokens, token) == "unknown"
    assert refusal(tokens, SIGNER.sign({"aud": "here", "exp": 4_000_000_000})) == "unknown"


def test_revoking_one_leaves_the_others(tokens: AccessTokens) -> None:
    one, two, three = (tokens.issue({"aud": "here"}, 60) for _ in range(3))
    assert tokens.revoke_text(one)
    assert tokens.revoke(tokens.check(two, HERE)["jti"])
    assert refusal(tokens, one) == refusal(tokens, two) == "revoked"
    tokens.check(three, HERE)


def test_revoking_what_was_never_issued(tokens: AccessTokens) -> None:
    assert not tokens.revoke_text("nonsense")
    assert not tokens.revoke_text(SIGNER.sign({"aud": "here"}))
    assert not tokens.revoke("nonsense")


def test_revoking_all_spares_later_ones(tokens: AccessTokens) -> None:
    early = [tokens.issue({"aud": "here"}, 60) for _ in range(3)]
    assert tokens.revoke_all() == 3
    late = tokens.issue({"aud": "here"}, 60)
    assert {refusal(tokens, token) for token in early} == {"revoked"}
    tokens.check(late, HERE)


def test_after_a_reset_nothing_is_known(tokens: AccessTokens) -> None:
    token = tokens.issue({"aud": "here"}, 60)
    tokens.reset()
    assert refusal(tokens, token) == "unknown"


def test_time_does_not_run_backwards(clock: Clock) -> None:
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(-1)
