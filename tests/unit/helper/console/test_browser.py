"""Whether there is a browser before the person's eyes, and which programs are tried for it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from keyturn.console import browser

if TYPE_CHECKING:
    from pathlib import Path

URL = "https://login.example/authorize?a=1&b=%73"
FALLBACKS = [["xdg-open", URL], ["wslview", URL], ["open", URL]]


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*browser.SCREENS, "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")


@pytest.mark.parametrize(
    ("variables", "here"),
    [
        ({}, False),
        ({"DISPLAY": ":0"}, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True),
        ({"BROWSER": "w3m"}, True),
        ({"DISPLAY": ""}, False),
        ({"DISPLAY": ":10", "SSH_CONNECTION": "::1 1 ::1 22"}, False),
        ({"BROWSER": "firefox", "SSH_CONNECTION": "::1 1 ::1 22"}, False),
    ],
)
def test_whether_one_is_here(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], *, here: bool) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert browser.is_here() is here


def test_a_mac_has_a_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert browser.is_here()


@pytest.mark.parametrize(
    ("wish", "commands"),
    [
        ("", []),
        ("firefox", [["firefox", URL]]),
        ("firefox:w3m -o x", [["firefox", URL], ["w3m", "-o", "x", URL]]),
        ("open-it --url=%s --new", [["open-it", f"--url={URL}", "--new"]]),
        ("'unbalanced:firefox", [["firefox", URL]]),
        ("$(touch planted)", [["$(touch", "planted)", URL]]),
    ],
)
def test_what_is_tried_in_which_order(monkeypatch: pytest.MonkeyPatch, wish: str, commands: list[list[str]]) -> None:
    """Never by way of a shell: the URL is the provider's."""
    monkeypatch.setenv("BROWSER", wish)
    assert list(browser._commands(URL)) == [*commands, *FALLBACKS]


def test_the_next_one_is_tried_after_one_that_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program, seen = tmp_path / "opener", tmp_path / "seen"
    program.write_text(f'#!/bin/sh\necho "$1" >> {seen}\n', "ascii")
    program.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"no-such-browser:/bin/false:{program}")
    assert browser.opened(URL)
    assert seen.read_text("ascii") == f"{URL}\n"
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("BROWSER", "/bin/false")
    assert not browser.opened(URL)


def test_one_that_stays_in_the_foreground_has_taken_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "PATIENCE", 0.01)
    monkeypatch.setenv("BROWSER", "sh -c 'sleep 1' -")
    assert browser.opened(URL)
