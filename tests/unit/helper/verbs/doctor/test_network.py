"""What the doctor makes of what the daemon saw: an answer, a silence, a clock that is off."""

from __future__ import annotations

from typing import Any

import pytest

from keyturn.verbs.doctor import network


def server(**changed: Any) -> dict[str, Any]:
    whole = {"host": "login.example", "profiles": ["work"], "proxy": None, "clock_ahead": 0.4, "error": None}
    return whole | changed


def findings(monkeypatch: pytest.MonkeyPatch, *servers: dict[str, Any]) -> list[tuple[str, str, str]]:
    monkeypatch.setattr(network, "ask", lambda *_, **__: {"servers": servers})
    return [(found.level, found.sentence, str(found.hint or "")) for found in network.look()]


def test_all_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    answered, clock = findings(monkeypatch, server(proxy="http://proxy.example:8080"))
    assert answered == ("ok", "login.example (profile work) answers, through http://proxy.example:8080", "")
    assert clock[0] == "ok"


@pytest.mark.parametrize(
    ("ahead", "level", "told"),
    [
        (59.0, "ok", ""),
        (61.0, "warning", "1 min ahead of that of login.example"),
        (-400.0, "error", "6 min behind that of login.example"),
    ],
)
def test_a_clock_that_is_off(ahead: float, level: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    *_, clock = findings(monkeypatch, server(host="other.example"), server(clock_ahead=ahead))
    assert clock[0] == level
    assert told in clock[1]
    assert ("set this machine's clock" in clock[2]) == (level != "ok")
    assert ("login.example's" in clock[2]) == (level != "ok")


def test_nobody_told_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(findings(monkeypatch, server(clock_ahead=None))) == 1


def test_a_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    error = {"sentence": "no route to login.example", "hint": "try again later"}
    (found,) = findings(monkeypatch, server(error=error, clock_ahead=None))
    assert found == ("error", "login.example (profile work): no route to login.example", "try again later")


def test_a_proxy_that_hides_many_servers_is_told_once_with_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    error = {"sentence": "cannot connect to the proxy http://proxy.example:1", "hint": "check the proxy"}
    other = {"sentence": "cannot connect to there.example", "hint": None}
    hidden = [server(host=f"{name}.example", error=error, clock_ahead=None) for name in ("a", "b")]
    found = findings(monkeypatch, hidden[0], server(host="there.example", error=other), server(), hidden[1])
    assert [(level, told) for level, told, _ in found[:3]] == [
        ("ok", "login.example (profile work) answers, without a proxy"),
        ("error", f"{error['sentence']}, so that nothing reaches a.example (profile work), b.example (profile work)"),
        ("error", "there.example (profile work): cannot connect to there.example"),
    ]
    assert found[1][2] == "check the proxy"
