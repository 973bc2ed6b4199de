"""The policy by tables: each row is a rule of DESIGN section 5.2 or a mishap it prevents."""

from __future__ import annotations

from math import inf, isclose, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.twin import deadline
from keyturnd.broker import policy

NOW = 1_800_000_000.0
HOUR = 3600.0
DAY = 24 * HOUR


@pytest.mark.parametrize(
    ("protocol", "whole_life", "seconds"),
    [
        ("git", HOUR, 300),
        ("token", HOUR, 300),
        ("run", HOUR, 300),
        ("kube", HOUR, 600),
        ("kubelogin", HOUR, 600),
        ("docker", HOUR, 900),
        ("docker", 1800, 900),
        ("docker", 1799, 899.5),
        ("kube", 600, 300),
        ("git", 120, 60),
        ("git", 0, 0),
        ("git", -5, 0),
    ],
)
def test_minimum_life_is_the_protocols_but_at_most_half_a_life(
    protocol: str, whole_life: float, seconds: float
) -> None:
    assert policy.minimum_life(protocol, whole_life) == seconds


def test_a_protocol_without_a_minimum_is_a_bug_not_a_guess() -> None:
    with pytest.raises(KeyError):
        policy.minimum_life("carrier-pigeon", HOUR)


def test_the_answer_leaves_three_seconds_of_what_the_caller_waits() -> None:
    assert deadline.SECONDS == {"git": 30, "kube": 25, "kubelogin": 25, "docker": 15}
    assert {family: policy.ANSWER_WITHIN[family] + 3 for family in deadline.SECONDS} == deadline.SECONDS
    assert {policy.ANSWER_WITHIN[verb] for verb in set(policy.ANSWER_WITHIN) - set(deadline.SECONDS)} == {27.0}


@given(protocol=st.sampled_from(sorted(policy.MINIMUM_LIFE)), life=st.floats(min_value=1, max_value=400 * DAY))
def test_every_token_is_fresh_when_it_is_new(protocol: str, life: float) -> None:
    """Otherwise each request renews a token that is stale at birth, and none is ever answered."""
    minimum = policy.minimum_life(protocol, life)
    assert policy.fresh_enough(expires_at=NOW + life, issued_at=NOW, minimum=minimum, wall=NOW)


@pytest.mark.parametrize(
    ("left", "issued_ago", "minimum", "fresh"),
    [
        (HOUR, 0, 300, True),
        (300, HOUR, 300, True),
        (299, HOUR, 300, False),
        (0, HOUR, 0, False),  # dead is not fresh, whatever the minimum
        (-1, HOUR, 0, False),
        (HOUR, -policy.CLOCK_SKEW, 300, True),  # the provider's clock is a little ahead of ours
        (HOUR, -policy.CLOCK_SKEW - 1, 300, False),  # our clock was set back
    ],
)
def test_fresh_enough(left: float, issued_ago: float, minimum: float, *, fresh: bool) -> None:
    assert policy.fresh_enough(expires_at=NOW + left, issued_at=NOW - issued_ago, minimum=minimum, wall=NOW) is fresh


def test_a_wall_clock_set_back_a_little_does_not_prolong_a_life() -> None:
    """A token lived 58 of its 60 minutes; then the wall clock goes back 4 minutes."""
    token = {"expires_at": NOW + HOUR, "issued_at": NOW}
    wall = NOW + 58 * 60 - 4 * 60
    reckoned = policy.reckoned_wall(received_wall=NOW, received_boottime=100, boottime=100 + 58 * 60)
    assert reckoned == NOW + 58 * 60
    assert policy.fresh_enough(**token, minimum=300, wall=wall)
    assert not policy.fresh_enough(**token, minimum=300, wall=wall, reckoned=reckoned)
    assert policy.life_left(expires_at=NOW + HOUR, wall=wall, reckoned=reckoned) == 120


def test_a_wall_clock_set_ahead_ends_a_life_early_rather_than_late() -> None:
    assert not policy.fresh_enough(
        expires_at=NOW + HOUR, issued_at=NOW, minimum=300, wall=NOW + DAY, reckoned=NOW + 60
    )


@pytest.mark.parametrize(
    ("left", "usable"),
    [(policy.LAST_RESORT + 1, True), (policy.LAST_RESORT, False), (-HOUR, False)],
)
def test_last_resort(left: float, *, usable: bool) -> None:
    assert policy.last_resort(expires_at=NOW + left, issued_at=NOW - HOUR, wall=NOW) is usable


def test_last_resort_believes_neither_a_clock_set_back_far_nor_one_set_back_a_little() -> None:
    assert not policy.last_resort(expires_at=NOW + HOUR, issued_at=NOW, wall=NOW - DAY)
    assert not policy.last_resort(expires_at=NOW + 100, issued_at=NOW - HOUR, wall=NOW, reckoned=NOW + 50)


@pytest.mark.parametrize(
    ("life", "refresh_after", "jitter", "seconds"),
    [
        (HOUR, None, 0, 2400),
        (HOUR, None, 1, 2640),
        (HOUR, None, -1, 2160),
        (HOUR, 1800, 0.7, 1800),  # the server's word
        (HOUR, 3500, 0, 2700),  # but early enough for docker's 15 minutes
        (HOUR, HOUR, 0, 2400),  # a wish outside of the life is none
        (HOUR, 0, 0, 2400),
        (HOUR, -50, 0, 2400),
        (28 * HOUR, 12 * HOUR, 0, 12 * HOUR),
        (1500, None, 1, 750),
        (60, None, 1, 30),
        (0, None, 1, 0),
    ],
)
def test_renewal_point(life: float, refresh_after: float | None, jitter: float, seconds: float) -> None:
    refresh_at = None if refresh_after is None else NOW + refresh_after
    point = policy.renewal_point(issued_at=NOW, expires_at=NOW + life, refresh_at=refresh_at, jitter=jitter)
    assert isclose(point - NOW, seconds, abs_tol=1e-3)


@given(
    life=st.floats(min_value=1, max_value=400 * DAY),
    refresh_after=st.none() | st.floats(min_value=-DAY, max_value=500 * DAY),
    jitter=st.floats(min_value=-1, max_value=1),
)
def test_renewal_comes_within_a_life_and_before_any_protocol_would_have_to_wait(
    life: float, refresh_after: float | None, jitter: float
) -> None:
    refresh_at = None if refresh_after is None else NOW + refresh_after
    point = policy.renewal_point(issued_at=NOW, expires_at=NOW + life, refresh_at=refresh_at, jitter=jitter)
    assert point >= NOW
    for protocol in policy.MINIMUM_LIFE:
        assert NOW + life - point >= policy.minimum_life(protocol, life) - 1e-3


def test_renewal_of_short_lives_is_spread_too() -> None:
    """Cut off at the latest point, jitter would vanish and all machines of a site would renew at once."""
    points = {
        policy.renewal_point(issued_at=NOW, expires_at=NOW + 1200, refresh_at=None, jitter=jitter)
        for jitter in (-1, 0, 0.5, 1)
    }
    assert len(points) == 4


@pytest.mark.parametrize(
    ("failures", "retry_after", "jitter", "seconds"),
    [
        (1, None, 0, 5),
        (1, None, -1, 5),  # never shorter than the failure is remembered
        (1, None, 1, 5.5),
        (2, None, 0, 10),
        (3, None, -1, 18),
        (6, None, 0, 160),
        (7, None, 0, 300),
        (10_000, None, 1, 300),
        (0, None, 0, 5),
        (1, 60, 0, 60),
        (7, 60, 0, 300),
        (1, 90_000, 0, 3600),
        (1, -4, 0, 5),
        (1, nan, 0, 5),
        (1, inf, 0, 5),
    ],
)
def test_backoff(failures: int, retry_after: float | None, jitter: float, seconds: float) -> None:
    assert isclose(policy.backoff(failures, retry_after, jitter), seconds)


@given(failures=st.integers(min_value=0), jitter=st.floats(min_value=-1, max_value=1))
def test_backoff_stays_in_its_bounds(failures: int, jitter: float) -> None:
    assert policy.FAILURE_MEMORY <= policy.backoff(failures, None, jitter) <= policy.LONGEST_BACKOFF
