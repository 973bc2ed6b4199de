"""How a request fails, seen by git and by a person, and that it can be asked again afterwards."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from support.scenes.scene import Scene, password_of

if TYPE_CHECKING:
    from subprocess import CompletedProcess, Popen

CODE = r"enter the code (\S+)"
PATHS = {"ci": "contoso/demo/_git/app", "me": "fabrikam/demo/_git/app"}
"""A repository of each profile's target."""
LINES = re.compile(r"keyturn: error: (?P<error>[^\n]+)\n(?:keyturn: hint: (?P<hint>[^\n]+)\n)?")


class Told(NamedTuple):
    """How a program ended, and the one or two lines it said."""

    status: int
    error: str
    hint: str | None


def told(done: CompletedProcess[str]) -> Told:
    """What a failure says, which must be of the one form."""
    found = LINES.fullmatch(done.stderr)
    assert found, done
    assert done.returncode > 0
    assert "raceback" not in done.stderr
    assert "report it" not in done.stderr
    return Told(done.returncode, found["error"], found["hint"])


def refused(scene: Scene, profile: str, *, again: bool = False) -> Told:
    """How git and `keyturn token` hear of it, which must be the same."""
    git = scene.ask(PATHS[profile])
    assert git.stdout == "quit=1\n", git
    if again:
        heard_anew(scene)
    token = scene.machine.run("keyturn", "token", profile)
    assert token.stdout == ""
    assert told(git) == told(token)
    return told(git)


def heard_anew(scene: Scene) -> None:
    """Let the daemon forget that it has just failed."""
    scene.machine.change_network()


def works(scene: Scene, profile: str) -> None:
    """No login is lost: the next request is served, without a person."""
    heard_anew(scene)
    before = scene.emulator.control.count("devicecode")
    served = scene.ask(PATHS[profile])
    assert (served.returncode, served.stderr) == (0, "")
    assert password_of(served.stdout)
    assert scene.emulator.control.count("devicecode") == before


def sign_in(scene: Scene) -> None:
    """Sign `me` in, and let a server refuse the token it got, so that the next request needs another."""
    with scene.machine.terminal("keyturn", "login", "me") as terminal:
        scene.emulator.control.approve(terminal.wait_for(CODE).group(1))
        assert terminal.end() == 0
    password = password_of(scene.ask(PATHS["me"]).stdout)
    scene.ask(PATHS["me"], operation="erase", password=password)


def start(scene: Scene, profile: str) -> Popen[bytes]:
    """A helper on its way."""
    helper = scene.machine.start("git-credential-keyturn", "get")
    assert helper.stdin is not None
    helper.stdin.write(scene.attributes(PATHS[profile]).encode())
    helper.stdin.close()
    helper.stdin = None
    return helper
