"""Signing in with a real Chromium: what the person reads, and what their browser keeps of it."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from support.machine.chromium import Chromium, key_of
from support.scenes.scene import Scene, scene

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.machine.terminal import Terminal

__all__ = ["scene"]

OURS = "http://localhost:"
SIGNED_IN = """You are signed in

alice@contoso.example is signed in for profile me of keyturn.

You can close this tab and go back to the terminal.

keyturn, on this machine"""
DECLINED = (
    "You are not signed in\n\nEntra ID refused profile me: AADSTS65004: User declined to consent to access the app."
)
OVER = """This sign-in is over

The answer belongs to a sign-in that has ended, or that was begun elsewhere: nothing was changed by it.

If you still want to sign in, run the command again in the terminal."""
ALREADY = """This sign-in is done

keyturn has had its answer already: nothing was changed by this one."""


@pytest.fixture
def chromium(scene: Scene, tmp_path: Path) -> Iterator[Chromium]:
    """Profile `me` signs in with a browser: this one, which a test leads."""
    scene.machine.configure(scene.config.replace('flow = "device-code"', 'flow = "browser"'))
    os.mkfifo(scene.machine.home / "asked")
    with Chromium(tmp_path / "chromium", key_of(scene.emulator.ready.authority)) as browser:
        yield browser


def login(scene: Scene, *words: str) -> Terminal:
    """A terminal whose $BROWSER tells what it is to open, see `told`."""
    script = f"sh -c 'echo \"$1\" >{scene.machine.home}/asked' -"
    return scene.machine.terminal("keyturn", "login", "me", *words, BROWSER=script)


def told(scene: Scene) -> str:
    """What the browser is to open; waits for that."""
    return (scene.machine.home / "asked").read_text("ascii").strip()


def signs_in_as(chromium: Chromium, user: str) -> None:
    """Choose an account on the page that asks for one, and wait for the page that follows from that."""
    chromium.evaluate(f"document.querySelector('[name=user]').value = '{user}'")
    chromium.press("continue")
    chromium.wait_for_page(OURS)


def shown(chromium: Chromium) -> str:
    return str(chromium.evaluate("document.body.innerText"))


def brought(chromium: Chromium) -> str:
    """The code that the browser brought us, by form or by query."""
    sent = [event["request"] for event in chromium.told("Network.requestWillBeSent")]
    ours = [f"{each['url']}&{each.get('postData', '')}" for each in sent if each["url"].startswith(OURS)]
    [code] = {code for text in ours for code in re.findall(r"[?&]code=([^&]+)", text)}
    return str(code)


def check_headers(chromium: Chromium) -> None:
    """Nothing that we answered may be kept, run, framed or told on; nobody was told where the browser came from."""
    asked = chromium.told("Network.requestWillBeSent")
    answers = [event["response"] for event in chromium.told("Network.responseReceived")]
    answers += [event["redirectResponse"] for event in asked if "redirectResponse" in event]
    ours = [answer["headers"] for answer in answers if answer["url"].startswith(OURS)]
    assert ours, "nothing was looked at"
    for headers in ours:
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert re.fullmatch(r"default-src 'none'; style-src 'sha256-\S+'; [^*]+", headers["Content-Security-Policy"])
        assert "script-src" not in headers["Content-Security-Policy"]
    sent = [event["request"] for event in asked if event["request"]["url"].startswith(OURS)]
    assert not [request for request in sent if "Referer" in request["headers"]]
    logged = [event["entry"] for event in chromium.told("Log.entryAdded")]
    assert [entry for entry in logged if entry["source"] == "security"] == []


@pytest.mark.parametrize("by_query", [False, True])
def test_what_the_browser_keeps(scene: Scene, chromium: Chromium, *, by_query: bool) -> None:
    """By form nothing at all; by query the code is where redirects are kept, and in no history that is shown.

    Only a provider's form takes a script to be sent by itself: the pages of ours do without.
    """
    scene.emulator.control.settings(answers_by_query=by_query)
    chromium.call("Emulation.setScriptExecutionDisabled", value=by_query)
    with login(scene) as terminal:
        chromium.go(told(scene))
        chromium.press("continue")
        ended = chromium.wait_for_page(OURS)
        assert shown(chromium) == SIGNED_IN
        assert terminal.end() == 0, terminal.seen
    assert re.fullmatch(OURS + "8[4-9][0-9]{2}/done/[A-Za-z0-9_-]{16}", ended)
    check_headers(chromium)
    code, back = brought(chromium), chromium.back()
    chromium.close()
    assert back[-1] == ended
    assert ended in chromium.history()
    assert not [address for address in (*back, *chromium.history()) if code in address]
    assert by_query or chromium.files_with(code) == []
    assert chromium.files_with(scene.machine.json("token", "me")["access_token"]) == []


def test_what_else_it_may_end_on(scene: Scene, chromium: Chromium) -> None:
    with login(scene) as terminal:
        url = told(scene)
        [state] = parse_qs(urlsplit(url).query)["state"]
        chromium.go(url.replace(state, "of-another-sign-in"))
        chromium.press("continue")
        chromium.wait_for_page(OURS)
        assert shown(chromium).startswith(OVER)
        scene.emulator.control.fault("token", "hold")
        chromium.call("Page.navigate", url=url)
        scene.emulator.control.wait("token")
        chromium.go(url, OURS)
        assert shown(chromium).startswith(ALREADY)
        scene.emulator.control.release()
        assert terminal.end() == 0, terminal.seen
    scene.emulator.control.settings(consent_asked=True)
    scene.machine.run("keyturn", "logout", "me", status=0)
    with login(scene) as terminal:
        chromium.go(told(scene))
        chromium.press("decline")
        chromium.wait_for_page(OURS)
        assert shown(chromium).startswith(DECLINED)
        assert terminal.end() == 1
    check_headers(chromium)


def test_a_browser_that_is_signed_in_as_somebody_else(scene: Scene, chromium: Chromium) -> None:
    """The page and the terminal say who it was; the hint's command, or `prompt` for good, lets them choose."""
    alice, bob = scene.emulator.ready.users
    config = scene.machine.config_file.read_text("utf-8")
    scene.machine.configure(config.replace('flow = "browser"', f'flow = "browser"\naccount = "{alice}"'))
    with login(scene) as terminal:
        chromium.go(told(scene))
        signs_in_as(chromium, bob)
        assert shown(chromium).startswith(
            f"You are not signed in\n\nYou signed in as {bob}, profile me is for {alice}."
        )
        assert terminal.end() == 1
    assert terminal.seen.endswith("keyturn: hint: keyturn login me --again\n")
    with login(scene, "--again") as terminal:
        chromium.go(told(scene))
        signs_in_as(chromium, alice)
        assert shown(chromium) == SIGNED_IN
        assert terminal.end() == 0, terminal.seen
    scene.machine.run("keyturn", "logout", "me", status=0)
    scene.machine.configure(config)
    with login(scene) as terminal:
        chromium.go(told(scene), OURS)  # silently, as whoever was there last
        assert terminal.end() == 0, terminal.seen
    scene.machine.run("keyturn", "logout", "me", status=0)
    scene.machine.configure(config.replace('flow = "browser"', 'flow = "browser"\nprompt = "select_account"'))
    with login(scene) as terminal:
        chromium.go(told(scene))
        signs_in_as(chromium, bob)
        assert terminal.end() == 0, terminal.seen
    assert scene.machine.json("token", "me")["account"] == bob
