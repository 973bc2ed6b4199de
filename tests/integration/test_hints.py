"""Every hint that is a command helps in the very state that printed it: it is run as printed, and looked at after."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from keyturn import hints
from keyturn.configuration.profiles.scopes import AZURE_DEVOPS
from keyturn.errors import SignInNeeded
from keyturn.kinds_of_hints import CURES, SHOWS, after
from support.hints import secrets, states
from support.hints.row import Row, told_by, words
from support.needs import need
from support.scenes.awx import AwxScene
from support.scenes.scene import Scene, scene

if TYPE_CHECKING:
    from subprocess import CompletedProcess

    from support.hints.row import Act
    from support.machine.terminal import Terminal


__all__ = ["scene"]
ARM = "https://management.azure.com"


def approve(scene: Scene, terminal: Terminal) -> None:
    scene.emulator.control.approve(terminal.wait_for(r"code (\S+)").group(1))


def two_audiences(*argv: str) -> Act:
    def act(scene: Scene) -> CompletedProcess[str]:
        scene.machine.configure(
            scene.config.replace('flow = "client-secret"', f'flow = "client-secret"\naudiences = ["{ARM}"]')
        )
        return scene.machine.run("keyturn", *argv)

    return act


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


def somebody_else(scene: Scene) -> CompletedProcess[str]:
    """A browser that is signed in as Bob, where the profile is for Alice; at its next start Alice is chosen."""
    ready, machine = scene.emulator.ready, scene.machine
    browser = f"{sys.executable} -m keyturn_emulator.browser --ca-file {ready.ca_file} --answer user="
    machine.configure(scene.config.replace("device-code", f'browser"\naccount = "{ready.users[0]}'))
    failed = machine.run("keyturn", "login", "me", tty=True, BROWSER=browser + ready.users[1])
    machine.environment["BROWSER"] = browser + ready.users[0]
    return failed


def what_only_a_password_deletes(scene: Scene) -> CompletedProcess[str]:
    awx = AwxScene(scene.machine, scene.emulator)
    awx.entrust()
    awx.token()
    return told_by(SignInNeeded("only the password can", after("entrust it", hints.logout("tower"))))


def no_such_token(scene: Scene) -> CompletedProcess[str]:
    awx = AwxScene(scene.machine, scene.emulator)
    awx.entrust()
    return awx.machine.run("keyturn", "awx", "tokens", "show", "999", "--profile", "tower")


def token_that_somebody_deleted(scene: Scene) -> CompletedProcess[str]:
    awx = AwxScene(scene.machine, scene.emulator)
    awx.entrust()
    awx.token()
    awx.emulator.control.awx_revoke("controller")
    return awx.machine.run("keyturn", "awx", "tokens", "list", "--profile", "tower")


def nothing_lives_there(scene: Scene) -> CompletedProcess[str]:
    assert not scene.emulator.control.awx_tokens("controller", user="alice")
    return scene.machine.run("/bin/true")


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
    "entrust": Row(secrets.without_secret, "the vault keeps the client secret", secrets.type_secret, TOKEN),
    "entrust_from_input": Row(secrets.empty_input, "the vault keeps the client secret", secrets.type_secret, TOKEN),
    "entrust_of_application": Row(
        secrets.protected_certificate_beside_a_token, "the vault keeps the passphrase", secrets.type_passphrase, TOKEN
    ),
    "forget_locally": Row(unreachable_awx, "forgot", proof=words("keyturn", "status")),
    "for_profile": Row(words("keyturn", "login"), "profile ci is signed in", proof=TOKEN),
    "token": Row(two_audiences("token", "ci"), "eyJ", proof=words("keyturn", "status")),
    "renew": Row(token_that_somebody_deleted, "", proof=words("keyturn", "profile", "check", "tower")),
    "run": Row(two_audiences("run", "ci"), "", proof=words("keyturn", "status")),
    "remove_targets": Row(words("keyturn", "profile", "remove", "ci"), "no longer a target"),
    "add_target": Row(
        words("keyturn", "token", "ci", "--registry", "contoso.azurecr.io"),
        "contoso.azurecr.io gets tokens of profile ci",
        proof=words("keyturn", "target", "remove", "contoso.azurecr.io"),
    ),
    "set_audiences": Row(words("keyturn", "token", "ci", "--audience", "graph"), "profile ci is changed"),
    "set_scopes": Row(
        words("keyturn", "token", "me", "--scope", "https://graph.microsoft.com/User.Read"),
        "profile me is changed",
        proof=LIST,
    ),
    "targets": Row(words("keyturn", "target", "remove", "https://dev.azure.com/xyzzy"), "git "),
    "shorter_life": Row(words("keyturn", "token", "ci", "--min-life", "30d"), "eyJ", proof=TOKEN),
    "verb": Row(words("keyturn", "stauts"), "configuration", proof=LIST),
    "restart_daemon": Row(secrets.secret_in_a_variable, "daemon restarted", proof=TOKEN),
    "keep_others_from_writing": Row(writable_configuration, "", proof=LIST),
    "make_private": Row(secrets.readable_secret, "", proof=TOKEN),
    "unset_header": Row(header_left_behind, "", proof=ask_the_server),
    "usage": Row(words("keyturn", "login", "--xyzzy"), "--again"),
    "on_awx": Row(no_such_token, "keyturn tower@"),
    "kept_awx_tokens": Row(words("keyturn", "awx", "tokens", "show", "xyzzy"), "NAME"),
    "forget_awx_token": Row(
        states.awx_token_sealed_with_another_key, "forgot the value of token ci", proof=states.awx_token_made
    ),
    "profiles": Row(words("keyturn", "profile", "show", "xyzzy"), "device-code"),
    "profile": Row(secrets.secret_elsewhere, "secret from the file /nowhere/s"),
    "listing": Row(secrets.secret_that_is_a_directory, "drwx"),
    "contents": Row(words("keyturn", "setup", "kube", "--kubeconfig", "no/such"), ".config\n"),
    "size": Row(lambda scene: secrets.secret_file(scene, "two\nlines\n", 0o600), " 2 "),
    "where_is": Row(words("keyturn", "run", "ci", "--", "no-such-program"), ""),
    "kind_of": Row(not_a_program, "data"),
    "logout": Row(what_only_a_password_deletes, "", proof=nothing_lives_there),
    "set_up": Row(states.git_helper_with_an_unknown_option, "keyturn", proof=states.git_works),
    "start_daemon": Row(states.started_by_hand, "", proof=states.daemon_runs),
    "stop_daemon": Row(words("keyturn", "daemon", "run"), "", proof=states.no_daemon_runs),
    "stop_other_daemon": Row(states.held_by_another_socket, "", proof=states.no_daemon_runs),
    "run_daemon": Row(states.daemon_that_left, "a daemon is running already"),
    "log": Row(states.mistake_of_the_daemon, "ready pid="),
    "make_private_directory": Row(states.open_runtime_directory, "", proof=words("keyturn", "status")),
    "remove": Row(states.file_in_the_sockets_place, "", proof=TOKEN),
    "start_over": Row(states.damaged_key, "", proof=states.entrusted_anew),
    "unset": Row(words("keyturn", "status", KEYTURN_SOCKET="here"), "", then="keyturn status"),
    "home": Row(words("keyturn", "status", HOME="here", XDG_RUNTIME_DIR=""), "", then='test -d "$HOME"'),
    "on_path": Row(states.programs_off_path, "", then="command -v docker-credential-keyturn", warns=True),
    "without": Row(states.docker_config_of_a_variable, "", proof=states.docker_asks_keyturn, warns=True),
    "lift_file_limit": Row(states.file_too_large, "daemon restarted", proof=TOKEN),
    "registry_logout": Row(states.docker_login_left_over, "", proof=states.no_login_is_left, warns=True),
    "leads_to": Row(states.state_behind_a_link, "/.local/state/keyturn"),
    "reason_of": Row(states.disk_full, "%"),
    "users_of": Row(states.launch_that_never_ends, "tail"),
    "process": Row(states.nobody_known_at_the_socket, "keyturnd"),
    "json_mistake": Row(states.damaged_docker_config, "line 1 column"),
    "as_run": Row(states.damaged_git_config, "bad config line 1"),
    "kubectl": Row(states.unknown_context, "there"),
    "interface": Row(states.odd_query, '"openapi"'),
}
"""One row for each command that is a hint."""

ELSEWHERE = {
    "install": "test_without_the_extra_it_says_what_to_install",
    "kept_demo": "test_a_kept_directory_stays_and_only_that",
}
"""What would take a package index or a whole demo, and has a test of its own in verbs/demo/test_command.py."""


def test_every_hint_has_a_row() -> None:
    assert ROWS.keys() | ELSEWHERE.keys() == CURES.keys() | SHOWS.keys()
    demo = (Path(__file__).parent / "verbs/demo/test_command.py").read_text(encoding="utf-8")
    assert all(f"def {test}(" in demo for test in ELSEWHERE.values())


@pytest.mark.parametrize("name", ROWS)
def test_the_hint_helps_where_it_is_printed(name: str, scene: Scene) -> None:
    row = ROWS[name]
    failed = row.fail(scene)
    assert (failed.returncode == 0) == row.warns, failed
    hint = BEFORE.sub("", failed.stderr.partition("keyturn: hint: ")[2].partition("\n")[0])
    command = hint.replace("COMMAND", "true")  # what only the person knows
    status, said = told(scene, row, f"{command} && {row.then}" if row.then else command)
    assert row.shows in said
    if name in CURES:
        assert status == 0, said
        assert row.then or (row.proof or row.fail)(scene).returncode == 0


BEFORE = re.compile(r".*(?:then|too|again): ")
"""Words before a command, which ends the line."""


def told(scene: Scene, row: Row, hint: str) -> tuple[int, str]:
    """How the hint ended when it was pasted into a shell, and what it said."""
    if row.person is None:
        done = scene.machine.run("/bin/sh", "-c", hint)
        return done.returncode, done.stdout + done.stderr
    with scene.machine.terminal("/bin/sh", "-c", hint) as terminal:
        row.person(scene, terminal)
        return terminal.end(), terminal.seen
