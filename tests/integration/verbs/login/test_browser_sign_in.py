"""Signing in with a browser, at terminals: on this machine's screen, on another's, and in none."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from support.machine.terminal import PATIENCE
from support.needs import need
from support.scenes.scene import Scene, scene

if TYPE_CHECKING:
    from support.emulator.browser import Browser
    from support.machine.terminal import Terminal

__all__ = ["scene"]

as_ordinary_user = pytest.mark.skipif(os.geteuid() == 0, reason="root may have any number of processes")

ADDRESS = r"https://\S+/authorize\?\S+"
PASTE = "or paste the address that the browser ended on: "


def at_a_browser(scene: Scene, *lines: str) -> None:
    """Let profile `me` sign in with a browser."""
    scene.config = scene.config.replace('flow = "device-code"', "\n".join(('flow = "browser"', *lines)))
    scene.machine.configure(scene.config)


def browser_of(scene: Scene, user: str = "alice@contoso.example") -> str:
    """A $BROWSER whose person signs in as `user`."""
    module = "keyturn_emulator.browser"
    return f"{sys.executable} -m {module} --ca-file {scene.emulator.ready.ca_file} --answer user={user}"


def login(scene: Scene, *words: str, **environment: str) -> Terminal:
    return scene.machine.terminal("keyturn", "login", *words, piped=False, **environment)


def test_one_tab_serves_two_terminals_and_ends_nothing_else(scene: Scene) -> None:
    """The first has no browser, so the second opens one: `xdg-open` would do, here it is a program that waits."""
    at_a_browser(scene)
    waiting = scene.machine.home / "opened"
    slow = f"sh -c 'echo x >> {waiting}; exec \"$@\"' - {browser_of(scene)}"
    with login(scene, "me") as first:
        first.wait_for(re.escape(PASTE))
        with login(scene, "me", BROWSER=slow) as second:
            assert (second.end(), first.end()) == (0, 0)
            assert "keyturn: to sign in to profile me (tenant " in second.seen
            assert "), go on in the browser; keyturn waits, Ctrl-C gives up\n" in second.seen
            assert not re.search(ADDRESS, second.seen)
    assert re.search(r"\), open this address; keyturn waits, Ctrl-C gives up\n" + ADDRESS + "\n", first.seen)
    assert waiting.read_text("ascii") == "x\n"
    assert scene.emulator.control.count("authorize") == 1
    assert f"keyturn: profile me is signed in as {scene.emulator.ready.user}, token valid" in first.seen
    assert "username=alice@contoso.example" in scene.ask("fabrikam/demo/_git/app").stdout
    assert scene.emulator.control.count("authorize") == 1


def test_through_ssh_the_address_is_carried_both_ways(scene: Scene, browser: Browser) -> None:
    at_a_browser(scene)
    with login(scene, "me", SSH_CONNECTION="::1 1 ::1 22", DISPLAY=":0", BROWSER=browser_of(scene)) as terminal:
        url = terminal.wait_for(ADDRESS)[0]
        terminal.wait_for(re.escape(PASTE))
        terminal.wait_for_silence()
        terminal.process.send_signal(signal.SIGTSTP)  # stops nobody whom no shell could have go on (POSIX, 11.1.4)
        terminal.wait_for(f"{re.escape(PASTE)}.*{re.escape(PASTE)}")
        assert not terminal.echoes()
        ended = browser.press(browser.open(url), "continue", user=scene.emulator.ready.user).headers["location"]
        terminal.type(f"nonsense{ended}\n")
        terminal.wait_for("that is no address that begins with http://localhost:[0-9]+; paste the")
        terminal.wait_for_silence()
        terminal.type(f"nonsense\x15{ended}x\x7f\n")
        assert terminal.end() == 0
        assert "code=" not in terminal.seen
        assert terminal.echoes()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_frees_the_port(number: signal.Signals, scene: Scene) -> None:
    at_a_browser(scene)
    with login(scene, "me", "--no-browser", BROWSER=browser_of(scene)) as terminal:
        terminal.wait_for(re.escape(PASTE))
        terminal.wait_for_silence()
        terminal.interrupt(number)
        assert terminal.end() == 128 + number
        assert terminal.echoes()
    while scene.machine.json("status")["acquisitions"]["running"]:
        pass
    assert scene.emulator.control.count("token") == 0
    with login(scene, "me", BROWSER=browser_of(scene)) as again:
        assert again.end() == 0


def test_a_closed_terminal_ends_it_without_a_complaint(scene: Scene) -> None:
    at_a_browser(scene)
    with scene.machine.terminal("keyturn", "login", "me", "--no-browser", piped=True) as terminal:
        terminal.wait_for(re.escape(PASTE))
        terminal.hang_up()
        assert terminal.process.communicate(timeout=PATIENCE) == (b"", b"")
        assert terminal.process.returncode == 128 + signal.SIGHUP


def test_whom_a_closed_terminal_does_not_end_goes_on(scene: Scene) -> None:
    """`nohup`: the browser ends the sign-in, and nobody is asked where nobody sits any more."""
    at_a_browser(scene)
    keyturn = f"{scene.machine.programs}/keyturn"
    words = (need("sh"), "-c", 'trap "" HUP; exec "$@"', "-", keyturn, "login", "me", "--no-browser")
    with scene.machine.terminal(*words, piped=True) as terminal:
        terminal.wait_for(re.escape(PASTE))
        url = terminal.wait_for(ADDRESS)[0]
        terminal.hang_up()
        subprocess.run([*browser_of(scene).split(), url], check=True, env=scene.machine.environment)
        told, complained = terminal.process.communicate(timeout=PATIENCE)
    assert told.startswith(b"keyturn: profile me is signed in as ")
    assert (complained, terminal.process.returncode) == (b"", 0)


def test_who_may_not_read_the_terminal_is_not_stopped_by_it(scene: Scene) -> None:
    """`timeout` runs its command behind the terminal's foreground, as `&` does in an interactive shell."""
    at_a_browser(scene)
    keyturn = f"{scene.machine.programs}/keyturn"
    words = (need("sh"), "-c", '"$@"; exit $?', "-", need("timeout"), "20", keyturn, "login", "me", "--no-browser")
    with scene.machine.terminal(*words, piped=False) as terminal:
        url = terminal.wait_for(ADDRESS)[0]
        subprocess.run([*browser_of(scene).split(), url], check=True, env=scene.machine.environment)
        assert terminal.end() == 0
        assert PASTE not in terminal.seen


def test_where_no_browser_starts_the_address_and_another_way_are_named(scene: Scene) -> None:
    at_a_browser(scene)
    ours = str(scene.machine.programs)
    with login(scene, "me", PATH=ours, BROWSER="no-such-browser:/bin/false") as terminal:
        terminal.wait_for("keyturn: no browser could be started here: open this address yourself,\n" + ADDRESS)
        terminal.wait_for(r'keyturn: or set flow = "device-code" in \[profile.me\]\n')


@as_ordinary_user
def test_where_no_thread_can_be_had_the_address_is_named(scene: Scene) -> None:
    """RLIMIT_NPROC; a sign-in that nothing moves at, and that takes no answer, is one all the same."""
    at_a_browser(scene)
    words = (need("prlimit"), "--nproc=1", f"{scene.machine.programs}/keyturn", "login", "me")
    with scene.machine.terminal(*words, BROWSER=browser_of(scene), TERM="xterm") as terminal:
        address = terminal.wait_for(
            "keyturn: no browser could be started here: open this address yourself,\n" + ADDRESS
        )
        command = browser_of(scene).split()
        subprocess.run([*command, address[0].split("\n")[1]], check=True, env=scene.machine.environment)
        assert terminal.end() == 0


def test_what_status_says_of_an_application_that_a_person_signs_in_to(scene: Scene) -> None:
    """Its secret is not its sign-in."""
    machine = scene.machine
    machine.configure(scene.config.replace("client-secret", "confidential-browser"))
    machine.run("keyturn", "logout", "ci", status=0)
    said = []
    for _ in range(3):
        said.append(machine.run("keyturn", "status", status=0).stdout)
        if "keyturn secret set ci" in said[-1]:
            scene.entrust()
        else:
            with login(scene, "ci", BROWSER=browser_of(scene)) as terminal:
                assert terminal.end() == 0, terminal.seen
    assert "no client secret yet: keyturn secret set ci" in said[0]
    assert "not signed in: keyturn login ci" in said[1]
    assert "signed in as alice@contoso.example, client secret in the vault" in said[2]


def test_two_accounts_of_one_tenant_never_mix(scene: Scene) -> None:
    alice, bob = scene.emulator.ready.users
    at_a_browser(scene, f'account = "{alice}"')
    me = re.search(r"\[profile\.me\][^[]*", scene.config)
    assert me is not None
    scene.machine.configure(me[0].replace("profile.me", "profile.other").replace(alice, bob) + scene.config)
    config = scene.machine.config_file.read_text("utf-8")
    scene.machine.configure(
        config.replace("[profile.other]", '[profile.other]\naudiences = ["https://vault.azure.net"]')
    )
    with login(scene, "me", BROWSER=browser_of(scene, bob)) as wrong:
        assert wrong.end() == 1
        assert f"keyturn: error: you signed in as {bob}, profile me is for {alice}\n" in wrong.seen
        assert wrong.seen.endswith("keyturn: hint: keyturn login me --again\n")
    for words, user in (("other",), bob), (("me", "--again"), alice):
        with login(scene, *words, BROWSER=browser_of(scene, user)) as right:
            assert right.end() == 0
    assert scene.machine.json("token", "me")["account"] == alice
    assert scene.machine.json("token", "other")["account"] == bob
