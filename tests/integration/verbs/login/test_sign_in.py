"""Signing in with a device code: two terminals, one code; leaving, declining, and nobody to ask."""

from __future__ import annotations

from support.machine.terminal import INTERRUPT, Terminal
from support.needs import need
from support.scenes.scene import Scene, scene

__all__ = ["scene"]

CODE = r"enter the code (\S+)"


def login(scene: Scene) -> Terminal:
    return scene.machine.terminal("keyturn", "login", "me")


def waiting(scene: Scene) -> int:
    """How many wait for the sign-in of `me`, by the daemon's word."""
    profiles = scene.machine.json("status")["profiles"]
    return int(next(profile["waiting_for_sign_in"] for profile in profiles if profile["name"] == "me"))


def until_waiting(scene: Scene, number: int) -> None:
    while waiting(scene) != number:
        pass


def test_two_terminals_one_code_one_approval(scene: Scene) -> None:
    with (
        login(scene) as first,
        scene.machine.terminal(need("git"), "clone", scene.personal_repository, "work") as second,
    ):
        code = first.wait_for(CODE).group(1)
        assert second.wait_for(CODE).group(1) == code
        assert ", which git asks for, open " in second.seen
        assert "asks for" not in first.seen
        scene.emulator.control.approve(code)
        assert (first.end(), second.end()) == (0, 0)
    assert scene.emulator.control.count("devicecode") == 1
    assert "username=alice@contoso.example" in scene.ask("fabrikam/demo/_git/app").stdout


def test_ctrl_c_in_one_leaves_the_other_waiting(scene: Scene) -> None:
    with login(scene) as leaving, login(scene) as staying:
        code = leaving.wait_for(CODE).group(1)
        staying.wait_for(CODE)
        leaving.type(INTERRUPT)
        assert leaving.end() in {130, -2}
        until_waiting(scene, 1)
        scene.emulator.control.approve(code)
        assert staying.end() == 0


def test_the_sign_in_ends_with_the_last_who_waits(scene: Scene) -> None:
    with login(scene) as only:
        only.wait_for(CODE)
        only.type(INTERRUPT)
        only.end()
    until_waiting(scene, 0)
    while scene.machine.json("status")["acquisitions"]["running"]:
        pass
    with login(scene) as again:
        again.wait_for(CODE)
        assert scene.emulator.control.count("devicecode") == 2


def test_declining_tells_everybody_and_the_next_attempt_is_new(scene: Scene) -> None:
    with login(scene) as first, login(scene) as second:
        code = first.wait_for(CODE).group(1)
        second.wait_for(CODE)
        scene.emulator.control.decline(code)
        assert (first.end(), second.end()) == (1, 1)
        assert "keyturn: error:" in first.seen
    with login(scene) as again:
        scene.emulator.control.approve(again.wait_for(CODE).group(1))
        assert again.end() == 0


def test_without_a_terminal_login_fails_at_once(scene: Scene) -> None:
    refused = scene.machine.run("keyturn", "login", "me", status=3)
    assert "keyturn: error: signing in to profile me takes a terminal" in refused.stderr
    assert "keyturn: hint: go to a terminal, then: keyturn login me\n" in refused.stderr
    assert scene.emulator.control.count("devicecode") == 0


def test_a_sign_in_survives_kill_9_and_serves_other_audiences(scene: Scene) -> None:
    with login(scene) as terminal:
        scene.emulator.control.approve(terminal.wait_for(CODE).group(1))
        assert terminal.end() == 0
    scene.machine.kill_daemon()
    scene.ask("fabrikam/demo/_git/app")
    assert scene.emulator.control.count("devicecode") == 1


def test_a_dead_refresh_token_asks_for_a_new_sign_in(scene: Scene) -> None:
    with login(scene) as terminal:
        scene.emulator.control.approve(terminal.wait_for(CODE).group(1))
        assert terminal.end() == 0
    scene.emulator.control.revoke_refresh_all()
    answer = scene.ask("fabrikam/demo/_git/app")
    password = answer.stdout.split("password=")[1].split("\n")[0]
    scene.ask("fabrikam/demo/_git/app", operation="erase", password=password)
    refused = scene.ask("fabrikam/demo/_git/app")
    assert (refused.returncode, refused.stdout) == (3, "quit=1\n")
    assert "keyturn: hint: keyturn login me" in refused.stderr


def test_who_asks_several_times_is_told_once_and_for_each_error(scene: Scene) -> None:
    """git-lfs runs `git credential fill` six times for one push."""
    me, ci = scene.attributes("fabrikam/demo/_git/app"), scene.attributes()
    scene.machine.run("keyturn", "logout", "ci", status=0)
    script = 'for _ in 1 2 3; do printf "$1\\n" | git credential fill; printf "$2\\n" | git credential fill; done'
    done = scene.machine.run(need("sh"), "-c", script, "sh", me, ci)
    assert done.stderr.count("keyturn: error: nobody is signed in for profile me\n") == 1
    assert done.stderr.count("keyturn: error: profile ci has no client secret yet\n") == 1
    assert done.stderr.count("told us to quit") == 6
    assert done.stdout == ""
