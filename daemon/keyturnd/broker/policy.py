"""How fresh is fresh enough, when to renew, how long to back off. Pure functions; all durations are seconds.

Jitter is always passed in (a number from -1 to 1), so that every answer can be tested by table.
"""

from __future__ import annotations

from math import isfinite

CHECK = "check"
"""In place of a protocol: somebody looks whether a token comes, and gets none. That is no use of it, keeps nothing
fresh, and is not told as one."""

LOGIN, AWX = "login", "awx"
"""In place of one, too: the token that a sign-in ends with, and that of whoever only asks an AWX about itself. Nobody
is handed it; it is kept fresh once for who comes next, and status tells what asked for it."""

MINIMUM_LIFE = {
    "kube": 600.0, "kubelogin": 600.0, "docker": 900.0, "git": 300.0, "token": 300.0, "run": 300.0, CHECK: 300.0,
    LOGIN: 300.0, AWX: 300.0,
}  # fmt: skip
"""Life a token must have left when it is handed out. kubectl keeps one until it expires, so a watch or a long
`apply` would meet its end (kube); docker asks once and then pushes layers for as long as they take (docker); one
git push sends its token with several requests, the last of them after the upload (git and the rest)."""

ANSWER_WITHIN = {
    "git": 27.0, "kube": 22.0, "kubelogin": 22.0, "docker": 12.0, "token": 27.0, "run": 27.0, CHECK: 27.0,
    LOGIN: 27.0, AWX: 27.0,
}  # fmt: skip
"""Seconds from a request to its answer, queueing included, a person's part aside: 3 less than its caller waits, for
the helper's twin to explain a failure in (DESIGN 5.5)."""

LONGEST_FLIGHT = 45.0
"""Seconds a fetch may take, its turn included. Callers leave sooner; what it brings is there when they come again."""

LAST_RESORT = 60.0
"""While more than this is left, an old token is given when renewing failed for a passing reason. Less would run
out between our answer and its use, and the user would see the server's 401 instead of our sentence."""

CLOCK_SKEW = 300.0
"""A token from further in the future than this was received before the wall clock was set back: its remaining
life cannot be told from the wall clock. 5 minutes is the difference that Entra ID and Kerberos put up with."""

RENEWAL_SHARE = 2 / 3
"""Share of a token's life after which it is renewed behind the answers. Earlier wastes requests at the provider,
later leaves no room for an outage of a few minutes."""

JITTER = 0.1
"""Renewals and retries are moved by up to this share: machines that were started together, or failed together in
one outage, would otherwise ask the provider together for ever."""

FAILURE_MEMORY = 5.0
"""A failure is the answer for this long, so that a build with a hundred fetches asks a failing provider once."""

UNCONNECTED_MEMORY = 1.0
"""No connection is remembered only for this long, and whoever comes meanwhile waits for its end instead of being
told: a laptop that has just woken has its network any moment, and the provider was asked nothing."""

LONGEST_BACKOFF = 300.0
"""A provider that is back is noticed within 5 minutes even if nobody asks for a token."""

LONGEST_RETRY_AFTER = 3600.0
"""A Retry-After beyond an hour is cut: a proxy's nonsense value must not end renewal for the day."""

FORCED_RENEWAL_INTERVAL = 60.0
"""At most one renewal per key and minute because a server refused a token: a server that refuses every token (a
missing permission) would otherwise cost a token request per git command."""


def minimum_life(protocol: str, whole_life: float) -> float:
    """Seconds of life a token must have left for `protocol`, given how long it lives in all.

    Never more than half its life: Entra ID issues tokens of 10 minutes where a tenant asks for it, and kubectl's
    10 minutes would make such a token stale at birth, renewed on every request and never good.
    """
    return min(MINIMUM_LIFE[protocol], max(whole_life, 0.0) / 2)


def reckoned_wall(*, received_wall: float, received_boottime: float, boottime: float) -> float:
    """What the wall clock would say had nobody moved it since a token was received (UTC epoch seconds)."""
    return received_wall + boottime - received_boottime


def life_left(*, expires_at: float, wall: float, reckoned: float | None = None) -> float:
    """Seconds until `expires_at` by the wall clock or, if that is less, by the `reckoned` one."""
    return expires_at - (wall if reckoned is None else max(wall, reckoned))


def credible_from(issued_at: float) -> float:
    """From when on (UTC epoch seconds) the wall clock can be compared with a token of this age at all."""
    return issued_at - CLOCK_SKEW


def fresh_enough(
    *, expires_at: float, issued_at: float, minimum: float, wall: float, reckoned: float | None = None
) -> bool:
    """Whether a token may be handed out as it is. Times are UTC epoch seconds.

    `reckoned`: see `reckoned_wall`; with it, a wall clock set back by less than CLOCK_SKEW doesn't prolong a life.
    """
    left = life_left(expires_at=expires_at, wall=wall, reckoned=reckoned)
    return wall >= credible_from(issued_at) and left > 0 and left >= minimum


def last_resort(*, expires_at: float, issued_at: float, wall: float, reckoned: float | None = None) -> bool:
    """Whether a token that is not fresh enough may be given because renewing it failed for a passing reason."""
    left = life_left(expires_at=expires_at, wall=wall, reckoned=reckoned)
    return wall >= credible_from(issued_at) and left > LAST_RESORT


def renewal_point(*, issued_at: float, expires_at: float, refresh_at: float | None, jitter: float) -> float:
    """When to renew a token behind the answers, in UTC epoch seconds.

    The server's own wish (`refresh_at`, OAuth's refresh_in) if it lies within the token's life, else a jittered
    share of that life; never so late that a request of the most demanding protocol would have to wait for it.
    """
    life = max(expires_at - issued_at, 0.0)
    latest = life - minimum_life("docker", life)
    if refresh_at is not None and issued_at < refresh_at < expires_at:
        return min(refresh_at, issued_at + latest)
    furthest = min(life * RENEWAL_SHARE * (1 + JITTER), latest)
    return issued_at + furthest * (1 + JITTER * jitter) / (1 + JITTER)


def remembered_for(retry_after: float | None) -> float:
    """Seconds for which a failure is the answer: those that the provider asked for, within reason."""
    return min(max(FAILURE_MEMORY, retry_after or 0.0), LONGEST_RETRY_AFTER)


def backoff(failures: int, retry_after: float | None, jitter: float) -> float:
    """Seconds to wait after this many failures in a row (at least 1), from FAILURE_MEMORY to LONGEST_BACKOFF.

    The provider's Retry-After is never undercut, up to LONGEST_RETRY_AFTER.
    """
    doubled = FAILURE_MEMORY * 2.0 ** min(max(failures, 1) - 1, 16)
    wait = min(max(doubled * (1 + JITTER * jitter), FAILURE_MEMORY), LONGEST_BACKOFF)
    if retry_after is None or not isfinite(retry_after):
        return wait
    return max(wait, min(retry_after, LONGEST_RETRY_AFTER))
