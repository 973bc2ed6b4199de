"""No secret in any file, output, command line or environment, while much goes right and much goes wrong."""

from __future__ import annotations

import base64
import json
import os
import re
import resource
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from support.needs import need
from support.scenes.scene import Scene, password_of, scene

if TYPE_CHECKING:
    from collections.abc import Iterator
    from subprocess import CompletedProcess

__all__ = ["scene"]

WRONG_SECRET = "planted~wrong~client~secret~8Q2"
ECHOED = "planted~echo~of~the~provider"
ISSUED = re.compile(
    rb"eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}"  # access and ID tokens
    rb"|1\.[A-Za-z0-9_-]{100,}"  # refresh tokens
    rb"|(?<![\w-])[A-Za-z0-9_-]{86}(?![\w-])"  # device codes
)
"""Whatever the emulator issues, by its form: a test never sees most of it."""

CODE = r"enter the code (\S+)"
PERSONAL = "fabrikam/demo/_git/app"


def forms(secret: str) -> list[bytes]:
    """A secret as such, in a form body, and in base64 wherever it may begin there."""
    raw = secret.encode()
    encoded = [base64.b64encode(b"x" * shift + raw)[4 if shift else 0 : -4] for shift in range(3)]
    return [raw, quote(secret, safe="").encode(), *encoded]


class Hunt:
    """Looks for secrets, and remembers where it looked."""

    def __init__(self, secrets: list[str]) -> None:
        self.planted = re.compile(b"|".join(re.escape(form) for secret in secrets for form in forms(secret)))
        self.seen: dict[str, set[str]] = {"cmdline": set(), "environ": set()}
        self.found: list[str] = []

    def look(self, where: str, content: bytes) -> None:
        if self.planted.search(content) or ISSUED.search(content):
            self.found.append(where)

    def look_at_processes(self) -> None:
        """The command lines and environments of everything that runs and may be looked at."""
        for process in Path("/proc").glob("[0-9]*"):
            try:
                command = (process / "cmdline").read_bytes()
                if b"keyturn" not in command or b"keyturn_emulator" in command:
                    continue
                name = program(command)
                self.note("cmdline", name, command)
                self.note("environ", name, (process / "environ").read_bytes())
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue

    def note(self, kind: str, name: str, content: bytes) -> None:
        if content:
            self.seen[kind].add(name)
            self.look(f"{kind} of {name}", content)

    def look_at_files(self, directory: Path) -> None:
        for path in directory.rglob("*"):
            self.look(str(path), os.fsencode(path.name))
            if path.is_file():
                self.look(str(path), path.read_bytes())

    def look_at(self, done: CompletedProcess[str], *, answer: bool = False) -> None:
        """The outputs of a program; with `answer` its stdout is where the token belongs."""
        self.look(f"stderr of {done.args}", done.stderr.encode())
        if not answer:
            self.look(f"stdout of {done.args}", done.stdout.encode())

    @contextmanager
    def all_along(self) -> Iterator[None]:
        """Look at processes again and again while the block lasts."""
        enough = Event()

        def look_on() -> None:
            while not enough.is_set():
                self.look_at_processes()

        looking = Thread(target=look_on)
        looking.start()
        try:
            yield
        finally:
            enough.set()
            looking.join()


def program(command: bytes) -> str:
    """The daemon, its acquisition, or something else."""
    for module in (b"keyturnd.acquire", b"keyturnd"):
        if b"\0" + module + b"\0" in command:
            return module.decode()
    return "other"


def sign_in(scene: Scene, hunt: Hunt) -> None:
    with scene.machine.terminal("keyturn", "login", "me") as terminal:
        scene.emulator.control.approve(terminal.wait_for(CODE).group(1))
        assert terminal.end() == 0
    hunt.look("terminal of keyturn login", terminal.seen.encode())


def go_right(scene: Scene, hunt: Hunt) -> None:
    """All that hands out, keeps or shows anything."""
    machine = scene.machine
    work = scene.clone()
    scene.commit(work)
    hunt.look_at(scene.push(work))
    sign_in(scene, hunt)
    for path in ("contoso/demo/_git/app", PERSONAL):
        answer = scene.ask(path)
        hunt.look_at(answer, answer=True)
        for operation in ("store", "erase"):
            hunt.look_at(scene.ask(path, operation=operation, password=password_of(answer.stdout)))
        hunt.look_at(scene.ask(path), answer=True)
    hunt.look_at(machine.run("keyturn", "token", "ci", status=0), answer=True)
    machine.kill_daemon()
    for words in (("status",), ("status", "--json"), ("profile", "show", "ci"), ("profile", "list"), ("log",)):
        hunt.look_at(machine.run("keyturn", *words, status=0))


def go_wrong(scene: Scene, hunt: Hunt) -> None:
    """All that could put into an error what it was about."""
    machine, control = scene.machine, scene.emulator.control
    echo = json.dumps({"error": "invalid_client", "error_description": f"AADSTS7000215: not {ECHOED}\r\n"})
    secret = scene.emulator.ready.clients["service"]["secret"]
    hunt.look_at(machine.run("keyturn", "logout", "ci", status=0))
    hunt.look_at(machine.run("keyturn", "secret", "set", "ci", "-", input=f"{WRONG_SECRET}\n", status=0))
    hunt.look_at(scene.ask())
    hunt.look_at(machine.run("keyturn", "secret", "set", "ci", "-", input=f"{ECHOED}\n", status=0))
    control.fault("token", "status", status=400, body=echo)
    hunt.look_at(scene.ask())
    hunt.look_at(machine.run("keyturn", "secret", "set", "ci", "-", input=f"{secret}\n", status=0))
    control.fault("token", "malformed", times=2, body=f'{{"access_token": "{ECHOED}", "x": "{ECHOED}')
    hunt.look_at(scene.ask())
    machine.change_network()
    pid = machine.daemon_pid() or 0
    limits = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, limits[1]))
    hunt.look_at(scene.ask())
    resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)
    hunt.look_at(machine.run(need("git"), "ls-remote", f"{scene.repository}-nowhere"))
    hunt.look_at(machine.run("keyturn", "daemon", "stop", status=0))


def hunted(scene: Scene) -> Hunt:
    """A run of everything, looked at from all sides; nothing may have been found."""
    machine = scene.machine
    hunt = Hunt([scene.emulator.ready.clients["service"]["secret"], WRONG_SECRET, ECHOED])
    machine.kill_daemon()
    machine.environment["KEYTURN_LOG"] = "debug"
    with hunt.all_along():
        go_right(scene, hunt)
        go_wrong(scene, hunt)
    hunt.look_at_files(machine.home)
    hunt.look_at_files(machine.runtime)
    assert hunt.found == []
    assert hunt.seen["cmdline"] == {"keyturnd", "keyturnd.acquire", "other"}
    assert (machine.state / "keyturnd.log").read_text().count(" request ") > 10
    assert len(list((machine.state / "vault").iterdir())) > 2
    return hunt


@pytest.mark.skipif(os.geteuid() == 0, reason="as root there is the test below")
def test_no_secret_comes_out_where_the_user_could_look(scene: Scene) -> None:
    hunted(scene)


@pytest.mark.root
def test_no_secret_comes_out_where_root_could_look(scene: Scene) -> None:
    assert hunted(scene).seen["environ"] == {"keyturnd", "other"}  # an acquisition's is empty


def test_the_hunt_finds_what_it_is_for() -> None:
    for content in (
        b"client_secret=a%2Bb~c", b"Authorization: Basic " + base64.b64encode(b"id:a+b~c~planted~a"),
        b"password=eyJ0eXAiOiJKV1QiLCJhbGci.eyJ2ZXIiOiIxLjAiLCJpc3Mi.x", b"1." + b"x" * 128,
    ):  # fmt: skip
        hunt = Hunt(["a+b~c", "a+b~c~planted~a"])
        hunt.look("here", content)
        assert hunt.found == ["here"], content
