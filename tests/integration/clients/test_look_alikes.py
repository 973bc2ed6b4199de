"""A name that merely looks like a configured one gets nothing, from git's own mouth, and causes no request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from support.scenes.scene import Scene, scene

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator
    from support.machine.machine import Machine

__all__ = ["scene"]

NEAREST = re.compile(
    r"keyturn: warning: (?:\S+ is none of the git targets; the nearest is \S+|git does not say which repository .*)\n"
)


def look_alikes(host: str) -> list[bytes]:
    """Hostile requests around a target https://HOST/contoso, as git or an attacker's URL would make them."""
    name, _, port = host.partition(":")
    path = "contoso/demo/_git/app"
    hosts = [
        f"{name}.evil.example:{port}", f"x{host}", f"{name}:{int(port) - 1}", f"{name}.:{port}", f".{host}",
        f"evil@{host}", f"{name}%2eevil:{port}", f"{name}:0{port}", f"{name}: {port}", f"{name}:{port}/", name,
        f"{name}\\@evil:{port}", f"{name}..:{port}", f"\u0131{host}", "localhost:" + port,
        f"[::1]:{port}", "", ".", f"{host}\x00",
        f"{host}\revil", f" {host}", f"{host}:{port}", f"evil?{host}", f"evil#{host}", f"{name}\uff0eevil:{port}",
    ]  # fmt: skip
    paths = [
        "contoso-evil/demo", "xcontoso/demo", "evil/../contoso/demo", "contoso/../evil", "contoso/./demo",
        "%63ontoso/demo", "contoso%2fdemo", "/contoso/demo", "contoso//demo", "Contoso/demo", "contoso\\demo", "",
        "contoso\x00/demo", "contoso\r/demo", "\u0441ontoso/demo", "contoso/%2e%2e/evil",
    ]  # fmt: skip
    requests = [f"protocol=https\nhost={hostile}\npath={path}\n" for hostile in hosts]
    requests += [f"protocol=https\nhost={host}\npath={hostile}\n" for hostile in paths]
    requests += [
        f"protocol={scheme}\nhost={host}\npath={path}\n" for scheme in ("http", "HTTPS", "ssh", "", "https ")
    ]
    requests += [f"host={host}\npath={path}\n", f"protocol=https\npath={path}\n", f"{host}\n", "\n", ""]
    return [request.encode("utf-8", "surrogateescape") for request in requests]


def check_nothing(machine: Machine, request: bytes) -> None:
    """No answer; for a name on a target's host at most a line of which target is near."""
    answer = machine.run("git-credential-keyturn", "get", input=request)
    assert (answer.returncode, answer.stdout) == (0, ""), request
    assert answer.stderr == "" or NEAREST.fullmatch(answer.stderr), request


def test_they_get_nothing_from_a_running_daemon(scene: Scene) -> None:
    scene.emulator.control.reset()
    for request in look_alikes(scene.git_host):
        check_nothing(scene.machine, request)
    assert scene.emulator.control.counts() == {}
    assert scene.machine.json("status")["acquisitions"]["started"] == 0
    assert scene.ask().stdout.startswith("username=")  # the right name still gets its token


def test_they_start_no_daemon(machine: Machine, emulator: Emulator) -> None:
    scene = Scene(machine, emulator)
    for request in look_alikes(scene.git_host)[::6]:
        check_nothing(machine, request)
    assert machine.daemon_pid() is None
    assert emulator.control.counts() == {}
