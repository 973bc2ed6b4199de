"""Faults are ordered precisely, strike what they name, and settings change all or nothing."""

from __future__ import annotations

import pytest

from keyturn_emulator.serving.faults import Fault, Faults, from_json
from keyturn_emulator.settings import Settings


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"endpoint": "token"},
        {"kind": "hang"},
        {"endpoint": "token", "kind": "sulk"},
        {"endpoint": "token", "kind": "redirect"},
        {"endpoint": "token", "kind": "hang", "time": 1},
        {"endpoint": "token", "kind": "hang", "times": "1"},
        {"endpoint": "token", "kind": "hang", "times": True},
        {"endpoint": "token", "kind": "hang", "times": -1},
        {"endpoint": "token", "kind": "status", "status": 99},
        {"endpoint": "token", "kind": "status", "status": 1000},
        {"endpoint": "token", "kind": "status", "headers": {"Retry-After": 1}},
        {"endpoint": "token", "kind": "status", "body": {}},
        {"endpoint": 1, "kind": "hang"},
    ],
)
def test_orders_that_make_no_sense(order: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError)):
        from_json(order)


def test_an_order_is_read_as_it_was_meant() -> None:
    order = {"endpoint": "token", "kind": "status", "status": 429, "headers": {"Retry-After": "7"}, "times": 2}
    assert from_json(order) == Fault("token", "status", times=2, status=429, headers={"Retry-After": "7"})


def test_it_strikes_what_it_names() -> None:
    git, refs, every = (Fault(name, "hang") for name in ("git", "git.refs", "*"))
    assert [git.strikes(name) for name in ("git", "git.refs", "gitx", "token")] == [True, True, False, False]
    assert [refs.strikes(name) for name in ("git", "git.refs", "git.refs2")] == [False, True, False]
    assert every.strikes("token")


def test_times_and_after() -> None:
    faults = Faults()
    faults.order(Fault("token", "close", times=2, after=1))
    faults.order(Fault("token", "hang"))
    struck = [faults.take("token") for _ in range(5)]
    assert [fault and fault.kind for fault in struck] == [None, "close", "close", "hang", None]
    assert faults.take("git.refs") is None


def test_orders_for_other_endpoints_wait() -> None:
    faults = Faults()
    faults.order(Fault("token", "hang"))
    assert faults.take("discovery") is None
    assert [order["endpoint"] for order in faults.waiting()] == ["token"]
    faults.reset()
    assert faults.take("token") is None


def test_settings_change_all_or_nothing() -> None:
    settings = Settings()
    settings.update({"token_lifetime": 60, "refresh_tokens_strict": True})
    wrong: list[dict[str, object]] = [
        {"no_such": 1},
        {"token_lifetime": "60"},
        {"token_lifetime": True},
        {"token_lifetime": -1},
        {"refresh_tokens_strict": 1},
        {"update": 1},
    ]
    for change in wrong:
        with pytest.raises(ValueError, match=next(iter(change))):
            settings.update({"device_interval": 0, **change})
    assert (settings.token_lifetime, settings.refresh_tokens_strict, settings.device_interval) == (60, True, 5)
    settings.reset()
    assert settings == Settings()
