"""Every hint that is a command helps in the very state that printed it: it is run as printed, and looked at after."""

from __future__ import annotations

import shlex
import shutil
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from keyturn import hints
from keyturn.configuration.profiles.scopes import AZURE_DEVOPS
from support.emulator.certified import certified
from support.emulator.client import EntraClient
from support.needs import need
from support.scenes.awx import AwxScene
from support.scenes.scene import Scene, scene

if TYPE_CHECKING:
    from collections.abc import Callable
    from subprocess import CompletedProcess

    from support.machine.terminal import Terminal

    Act = Callable[[Scene], CompletedProcess[str]]

__all__ = ["scene"]

PASSPHRASE = "planted passphrase"
ARM = "https://management.azure.com"


class Row(NamedTuple):
    """`fail` brings about the state and ends in the hint; `shows`: what its output holds, for a cure of how it ends.

    With a `person` the hint is run at a terminal, where the person does that.
    """

    fail: Act
    shows: str
    person: Callable[[Scene, Terminal], None] | None = None
    proof: Act | None = None
    """For a cure: what succeeds then, and did not before; `fail` itself where nothing is said."""


def words(*argv: str, typed: str = "") -> Act:
    return lambda scene: scene.machine.run(*argv, input=typed)


def approve(scene: Scene, terminal: Terminal) -> None:
    scene.emulator.control.approve(terminal.wait_for(r"code (\S+)").group(1))


def type_secret(scene: Scene, terminal: Terminal) -> None:
    terminal.wait_for("client secret of ci: ")
    terminal.wait_for_silence()
    terminal.type(f"{scene.emulator.ready.clients['service']['secret']}\n")


def without_secret(scene: Scene) -> CompletedProcess[str]:
    scene.machine.run("keyturn", "logout", "ci")
    return scene.machine.run("keyturn", "token", "ci")


def empty_input(scene: Scene) -> CompletedProcess[str]:
    scene.machine.run("keyturn", "logout", "ci")
    return scene.machine.run("keyturn", "secret", "set", "ci", "-")


def two_audiences(*argv: str) -> Act:
    def act(scene: Scene) -> CompletedProcess[str]:
        scene.machine.configure(
            scene.config.replace('flow = "client-secret"', f'flow = "client-secret"\naudiences = ["{ARM}"]')
        )
        return scene.machine.run("keyturn", *argv)

    return act


def secret_in_a_variable(scene: Scene) -> CompletedProcess[str]:
    line = 'flow = "client-secret"\nclient_secret_env = "PLANTED"'
    scene.machine.configure(scene.config.replace('flow = "client-secret"', line))
    done = scene.machine.run("keyturn", "token", "ci")
    scene.machine.environment["PLANTED"] = scene.emulator.ready.clients["service"]["secret"]
    return done


def secret_file(scene: Scene, content: str, mode: int) -> CompletedProcess[str]:
    path = scene.machine.home / "a secret"
    path.write_text(content, encoding="ascii")
    path.chmod(mode)
    line = f'flow = "client-secret"\nclient_secret_file = "{path}"'
    scene.machine.configure(scene.config.replace('flow = "client-secret"', line))
    return scene.machine.run("keyturn", "token", "ci")


def secret_elsewhere(scene: Scene) -> CompletedProcess[str]:
    line = 'flow = "client-secret"\nclient_secret_file = "/nowhere/s"'
    scene.machine.configure(scene.config.replace('flow = "client-secret"', line))
    return scene.machine.run("keyturn", "secret", "set", "ci", input="x")


def readable_secret(scene: Scene) -> CompletedProcess[str]:
    return secret_file(scene, scene.emulator.ready.clients["service"]["secret"], 0o644)


def secret_that_is_a_directory(scene: Scene) -> CompletedProcess[str]:
    path = scene.machine.home / "b"
    path.mkdir()
    line = f'flow = "client-secret"\nclient_secret_file = "{path}"'
    scene.machine.configure(scene.config.replace('flow = "client-secret"', line))
    return scene.machine.run("keyturn", "token", "ci")


def writable_configuration(scene: Scene) -> CompletedProcess[str]:
    """File and directory both: one command for the two."""
    scene.machine.config_file.chmod(0o664)
    scene.machine.config.chmod(0o770)
    return scene.machine.run("keyturn", "profile", "list")


def unreachable_awx(scene: Scene) -> CompletedProcess[str]:
    awx = AwxScene(scene.machine, scene.emulator)
    awx.entrust()
    awx.token()
    awx.emulator.control.fault("controller", "close", times=9)
    return scene.machine.run("keyturn", "logout", "tower")


def not_a_program(scene: Scene) -> CompletedProcess[str]:
    program = scene.machine.home / "data"
    program.write_bytes(b"\0\1\2 no program")
    program.chmod(0o755)
    return scene.machine.run("keyturn", "run", "ci", "--", "./data")


def protected_certificate_beside_a_token(scene: Scene) -> CompletedProcess[str]:
    app, file = certified("app"), scene.machine.home / "app.pfx"
    file.touch(0o600)
    file.write_bytes(app.pfx(PASSPHRASE))
    scene.emulator.control.register_certificate(app.pem)
    flow = f'flow = "refresh-token"\ncertificate = "{file}"'
    scene.machine.configure(scene.config.replace('flow = "client-secret"', flow))
    with EntraClient(scene.emulator) as entra:
        scene.machine.run("keyturn", "secret", "set", "ci", input=entra.token_of_service(scene.emulator))
    return scene.machine.run("keyturn", "token", "ci")


def type_passphrase(scene: Scene, terminal: Terminal) -> None:
    terminal.wait_for("keyturn: passphrase of ci: ")
    terminal.wait_for_silence()
    terminal.type(f"{PASSPHRASE}\n")


def somebody_else(scene: Scene) -> CompletedProcess[str]:
    """A browser that is signed in as Bob, where the profile is for Alice; at its next start Alice is chosen."""
    ready, machine = scene.emulator.ready, scene.machine
    browser = f"{sys.executable} -m keyturn_emulator.browser --ca-file {ready.ca_file} --answer user="
    machine.configure(scene.config.replace("device-code", f'browser"\naccount = "{ready.users[0]}'))
    failed = machine.run("keyturn", "login", "me", tty=True, BROWSER=browser + ready.users[1])
    machine.environment["BROWSER"] = browser + ready.users[0]
    return failed


def see_it_end(scene: Scene, terminal: Terminal) -> None:
    terminal.wait_for("is signed in as")


def ask_the_server(scene: Scene) -> CompletedProcess[str]:
    return scene.machine.run(need("git"), "ls-remote", scene.repository)


def header_left_behind(scene: Scene) -> CompletedProcess[str]:
    """As a pipeline's checkout leaves it; git sends that alone, and erases our token at each refusal."""
    key = f"http.{scene.emulator.ready.git}/.extraHeader"
    scene.machine.git("config", "--global", key, "Authorization: bearer of-an-ended-job")
    ask_the_server(scene)
    return ask_the_server(scene)


TOKEN_OF_ME = words("keyturn", "token", "me")
DEVOPS = AZURE_DEVOPS[0]
TOKEN, LIST = words("keyturn", "token", "ci"), words("keyturn", "profile", "list")
ROWS = {
    "login_again": Row(somebody_else, "is signed in as", see_it_end, TOKEN_OF_ME),
    "login": Row(words("keyturn", "token", "me"), "is signed in as", approve),
    "entrust": Row(without_secret, "the vault keeps the client secret", type_secret, TOKEN),
    "entrust_from_input": Row(empty_input, "the vault keeps the client secret", type_secret, TOKEN),
    "entrust_of_application": Row(
        protected_certificate_beside_a_token, "the vault keeps the passphrase", type_passphrase, TOKEN
    ),
    "forget_locally": Row(unreachable_awx, "forgot", proof=words("keyturn", "status")),
    "for_profile": Row(words("keyturn", "login"), "profile ci is signed in", proof=TOKEN),
    "token": Row(two_audiences("token", "ci"), "eyJ", proof=words("keyturn", "status")),
    "run": Row(two_audiences("run", "ci", "--", "true"), "", proof=words("keyturn", "status")),
    "shorter_life": Row(words("keyturn", "token", "ci", "--min-life", "30d"), "eyJ", proof=TOKEN),
    "verb": Row(words("keyturn", "stauts"), "configuration", proof=LIST),
    "restart_daemon": Row(secret_in_a_variable, "daemon restarted", proof=TOKEN),
    "keep_others_from_writing": Row(writable_configuration, "", proof=LIST),
    "make_private": Row(readable_secret, "", proof=TOKEN),
    "unset_header": Row(header_left_behind, "", proof=ask_the_server),
    "usage": Row(words("keyturn", "login", "--xyzzy"), "--again"),
    "profiles": Row(words("keyturn", "profile", "show", "xyzzy"), "device-code"),
    "profile": Row(secret_elsewhere, "secret from the file /nowhere/s"),
    "listing": Row(secret_that_is_a_directory, "drwx"),
    "size": Row(lambda scene: secret_file(scene, "two\nlines\n", 0o600), " 2 "),
    "where_is": Row(words("keyturn", "run", "ci", "--", "no-such-program"), ""),
    "kind_of": Row(not_a_program, "data"),
}
"""One row for each builder in keyturn.hints."""


def test_every_hint_has_a_row() -> None:
    assert ROWS.keys() <= hints.CURES.keys() | hints.SHOWS.keys()


@pytest.mark.parametrize("name", ROWS)
def test_the_hint_helps_where_it_is_printed(name: str, scene: Scene) -> None:
    row = ROWS[name]
    failed = row.fail(scene)
    assert failed.returncode != 0, failed
    hint = failed.stderr.partition("keyturn: hint: ")[2].partition("\n")[0].rpartition("then: ")[2]
    command = [word.replace("COMMAND", "true") for word in shlex.split(hint)]  # what only the person knows
    status, said = told(scene, row, command)
    assert row.shows in said
    if name in hints.CURES:
        assert status == 0, said
        assert (row.proof or row.fail)(scene).returncode == 0


def told(scene: Scene, row: Row, command: list[str]) -> tuple[int, str]:
    """How the hint ended when it was run as printed, and what it said."""
    program = command[0] if command[0] == "keyturn" else str(shutil.which(command[0]))
    if row.person is None:
        done = scene.machine.run(program, *command[1:])
        return done.returncode, done.stdout + done.stderr
    with scene.machine.terminal(program, *command[1:]) as terminal:
        row.person(scene, terminal)
        return terminal.end(), terminal.seen
