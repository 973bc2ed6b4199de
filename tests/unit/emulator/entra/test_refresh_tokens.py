"""Refresh tokens rotate; whether a used one still works is a setting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyturn_emulator.clock import Clock
from keyturn_emulator.entra.directory.registry import Registry
from keyturn_emulator.entra.issued.refresh_tokens import RefreshTokens
from keyturn_emulator.entra.refusals import EntraError, Kind
from keyturn_emulator.settings import DAY, Settings

if TYPE_CHECKING:
    from keyturn_emulator.entra.directory.principals import Application

REGISTRY = Registry()
ALICE, DEVICE = REGISTRY.users[0], REGISTRY.device


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings() -> Settings:
    return Settings()


@pytest.fixture
def tokens(clock: Clock, settings: Settings) -> RefreshTokens:
    return RefreshTokens(clock, settings)


def rotate(tokens: RefreshTokens, text: str) -> str:
    family = tokens.redeem(text, DEVICE)
    tokens.spend(text)
    return tokens.rotate(family)


def refusal(tokens: RefreshTokens, text: str, client: Application = DEVICE) -> Kind:
    with pytest.raises(EntraError) as caught:
        tokens.redeem(text, client)
    assert caught.value.kind.error == "invalid_grant"
    return caught.value.kind


def test_a_new_one_each_time_and_the_old_one_still_works(tokens: RefreshTokens) -> None:
    first = tokens.start(ALICE, DEVICE)
    second = rotate(tokens, first)
    assert second not in {first, rotate(tokens, first)}
    assert tokens.redeem(second, DEVICE).user is ALICE


def test_strict_reuse_kills_the_family(tokens: RefreshTokens, settings: Settings) -> None:
    settings.refresh_tokens_strict = True
    first = tokens.start(ALICE, DEVICE)
    second = rotate(tokens, first)
    other = tokens.start(ALICE, DEVICE)
    assert refusal(tokens, first).number == 50173
    assert refusal(tokens, second).number == 50173
    tokens.redeem(other, DEVICE)


def test_bound_to_its_client(tokens: RefreshTokens) -> None:
    token = tokens.start(ALICE, DEVICE)
    assert refusal(tokens, token, REGISTRY.service).suberror == "client_mismatch"
    tokens.redeem(token, DEVICE)


def test_ninety_days_from_its_own_beginning(tokens: RefreshTokens, clock: Clock) -> None:
    first = tokens.start(ALICE, DEVICE)
    clock.advance(89 * DAY)
    second = rotate(tokens, first)
    clock.advance(2 * DAY)
    assert refusal(tokens, first).suberror == "token_expired"
    tokens.redeem(second, DEVICE)


def test_revoked_with_all_that_descends(tokens: RefreshTokens) -> None:
    first, other = tokens.start(ALICE, DEVICE), tokens.start(ALICE, DEVICE)
    second = rotate(tokens, first)
    assert tokens.revoke(first)
    assert refusal(tokens, second).number == 50173
    assert tokens.revoke_all() == 1
    assert refusal(tokens, other).number == 50173


def test_nonsense_and_forgotten(tokens: RefreshTokens) -> None:
    token = tokens.start(ALICE, DEVICE)
    tokens.reset()
    assert refusal(tokens, token).number == refusal(tokens, "nonsense").number == 70000
    assert not tokens.revoke("nonsense")
