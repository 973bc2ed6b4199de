"""`keyturn run`: the command gets the token in its environment, and everything else stays as if it were alone."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from support.needs import need
from support.scenes.awx import AwxScene, awx
from support.scenes.scene import Scene, scene

if TYPE_CHECKING:
    from support.machine.machine import Machine

__all__ = ["awx", "scene"]

RUN = ("keyturn", "run", "tower")
SHOW = "import json, os, sys; print(json.dumps([os.getpid(), sys.argv[1:]]))"
DEVOPS = "499b84ac-1321-427f-aa17-267ca6975798/.default"
ARM = "https://management.azure.com"


@pytest.fixture
def entrusted(awx: AwxScene) -> AwxScene:
    awx.entrust()
    return awx


def environment_of(machine: Machine, *words: str, **variables: Any) -> dict[str, str]:
    """What a command that was run so has in its environment."""
    printed = machine.run(*words, "--", need("env"), "-0", status=0, **variables).stdout
    return dict(line.split("=", 1) for line in printed.split("\0") if line)


def test_host_and_token_and_nothing_else_changes(entrusted: AwxScene) -> None:
    machine, token, url = entrusted.machine, entrusted.token(), entrusted.urls["tower"]
    found = environment_of(machine, *RUN, CONTROLLER_PASSWORD="old", TOWER_HOST="https://old.example", MINE="stays")
    bundle = found["KEYTURN_AUTHORITIES"]
    assert Path(entrusted.emulator.ready.ca_file).read_text("ascii") in Path(bundle).read_text("utf-8")
    expected = {**machine.environment, "MINE": "stays", "KEYTURN_AUTHORITIES": bundle}
    expected |= dict.fromkeys(("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE"), bundle)
    expected |= {name: url for name in found if name.endswith(("_HOST", "_HOSTNAME", "_URL"))}
    expected |= {name: token for name in found if name.endswith("_TOKEN")}
    assert found == expected
    assert (found["CONTROLLER_HOST"], found.get("TOWER_HOST")) == (url, None)
    assert found["CONTROLLER_OAUTH_TOKEN"] == token


@pytest.mark.parametrize("given", [{}, {"LC_CTYPE": "C.UTF-8"}, {"LC_CTYPE": "C"}])
def test_the_locale_is_the_callers(given: dict[str, str], entrusted: AwxScene) -> None:
    """Where there is none Python chooses one, and says so in its environment (PEP 538)."""
    machine = entrusted.machine
    del machine.environment["LANG"]
    found = environment_of(machine, *RUN, **given)
    assert {name: value for name, value in found.items() if name.startswith(("LC_", "LANG"))} == given


@pytest.mark.parametrize(
    ("words", "scope"), [(["--scope", DEVOPS], DEVOPS), (["--audience", ARM], f"{ARM}/.default")]
)
def test_a_token_of_entra(words: list[str], scope: str, scene: Scene) -> None:
    machine, config = scene.machine, scene.config
    machine.configure(config.replace('"client-secret"', f'"client-secret"\naudiences = ["{ARM}"]'))
    assert ": --audience azure-devops, " in machine.run("keyturn", "run", "ci", "--", need("true"), status=2).stderr
    found = environment_of(machine, "keyturn", "run", "ci", *words)
    assert found.pop("KEYTURN_TOKEN") == machine.json("token", "ci", "--scope", scope)["access_token"]
    assert found == machine.environment


def test_the_command_gets_what_is_meant_for_its_own_python(scene: Scene) -> None:
    """Our interpreter must not see these; a script that keyturn runs must."""
    meant = {"PYTHONPATH": ":/x", "PYTHONUNBUFFERED": "1", "PYTHON_GIL": "", "pythonLocation": "/y"}
    machine = scene.machine
    found = environment_of(machine, "keyturn", "run", "ci", "--scope", DEVOPS, **meant)
    assert found.pop("KEYTURN_TOKEN")
    assert found == machine.environment | meant


def test_a_profile_that_is_not_for_running(awx: AwxScene) -> None:
    awx.change('protocols = ["token"]')
    awx.entrust()
    refused = awx.machine.run(*RUN, "--", need("true"), status=1)
    assert "keyturn: error: profile tower is not for run" in refused.stderr
    assert awx.live() == []


def test_the_command_takes_keyturns_place(entrusted: AwxScene) -> None:
    words = ["-c", SHOW, "--", "a b", "--json", ""]
    process = entrusted.machine.start(*RUN, "--", "python3", *words)
    printed, errors = process.communicate(b"", 60)
    assert (process.returncode, errors) == (0, b"")
    assert json.loads(printed) == [process.pid, ["--", "a b", "--json", ""]]


def test_no_signal_is_left_ignored(entrusted: AwxScene) -> None:
    status = entrusted.machine.run(*RUN, "--", need("cat"), "/proc/self/status", status=0).stdout
    assert int(dict(line.split(":", 1) for line in status.splitlines())["SigIgn"], 16) == 0


@pytest.mark.parametrize("status", [0, 3, 42, 255])
def test_the_exit_status_is_the_commands(status: int, entrusted: AwxScene) -> None:
    entrusted.machine.run(*RUN, "--", need("sh"), "-c", f"exit {status}", status=status)


def test_a_signal_reaches_the_command(entrusted: AwxScene) -> None:
    process = entrusted.machine.start(*RUN, "--", need("sh"), "-c", "echo ready; exec cat")
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == -signal.SIGTERM


def test_standard_input_is_the_commands(entrusted: AwxScene) -> None:
    assert entrusted.machine.run(*RUN, "--", need("cat"), input="not ours\n", status=0).stdout == "not ours\n"


def test_the_token_is_on_no_command_line_and_in_no_file(entrusted: AwxScene) -> None:
    process = entrusted.machine.start(*RUN, "--", need("sh"), "-c", "echo ready; exec cat")
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    secrets = [entrusted.token().encode(), entrusted.password.encode()]
    lines = b"".join(_read(path) for path in Path("/proc").glob("[0-9]*/cmdline"))
    written = b"".join(_read(path) for path in entrusted.machine.home.parent.rglob("*") if path.is_file())
    assert not [secret for secret in secrets if secret in lines or secret in written]
    assert secrets[0] in _read(Path(f"/proc/{process.pid}/environ"))


def test_a_program_is_found_on_path_and_keeps_its_name(entrusted: AwxScene) -> None:
    (entrusted.machine.home / "bin").mkdir()
    script = entrusted.machine.home / "bin/mine"
    script.write_text(f'#!{need("sh")}\necho "$CONTROLLER_HOST"\n', encoding="ascii")
    script.chmod(0o755)
    path = f"{script.parent}:{os.environ['PATH']}"
    done = entrusted.machine.run(*RUN, "--", "mine", PATH=path, status=0)
    assert done.stdout == f"{entrusted.urls['tower']}\n"


@pytest.mark.parametrize("name", ["there-is-no-such-command", "./neither", ""])
def test_no_such_command_costs_no_token(name: str, awx: AwxScene) -> None:
    refused = awx.machine.run(*RUN, "--", name, status=127)
    assert refused.stderr.startswith(f"keyturn: error: there is no command {name}".rstrip())
    assert awx.machine.daemon_pid() is None


@pytest.mark.parametrize(
    ("words", "name"), [(["tower", "awx"], "tower"), (["planted", "awx"], "PROFILE"), ([], "PROFILE")]
)
def test_a_command_without_what_sets_it_apart(words: list[str], name: str, awx: AwxScene) -> None:
    told = awx.machine.run("keyturn", "run", *words, status=2).stderr
    assert told.endswith(f"keyturn: hint: keyturn run {name} -- COMMAND\n")


def test_what_is_no_program(entrusted: AwxScene) -> None:
    text = entrusted.machine.home / "text"
    text.write_bytes(b"\0no program\n")
    refused = entrusted.machine.run(*RUN, "--", "./text", status=126)
    assert refused.stderr.startswith("keyturn: error: ./text cannot be run: permission denied\n")
    text.chmod(0o755)
    refused = entrusted.machine.run(*RUN, "--", "./text", status=126)
    assert refused.stderr.startswith("keyturn: error: ./text cannot be run: exec format error\n")


def test_without_a_token_the_command_does_not_run(awx: AwxScene) -> None:
    refused = awx.machine.run(*RUN, "--", need("echo"), "ran", status=3)
    assert (refused.stdout, "keyturn: hint: keyturn login tower\n" in refused.stderr) == ("", True)


def test_a_server_that_does_not_answer_is_exit_4(entrusted: AwxScene) -> None:
    entrusted.emulator.control.fault("controller", "close", times=100)
    refused = entrusted.machine.run(*RUN, "--", need("echo"), "ran", status=4)
    assert (refused.stdout, refused.stderr.startswith("keyturn: error: ")) == ("", True)


def test_the_password_is_asked_for_on_the_terminal(awx: AwxScene) -> None:
    with awx.machine.terminal(*RUN, "--", need("sh"), "-c", "read word; echo word is $word") as terminal:
        terminal.wait_for("keyturn: password of alice at ")
        terminal.wait_for_silence()
        terminal.type(f"{awx.password}\n")
        awx.emulator.control.wait("controller.created.basic")
        terminal.type("second\n")
        terminal.wait_for("word is second")
        assert terminal.end() == 0
        assert awx.password not in terminal.seen


def test_renew_replaces_what_the_server_has_forgotten(entrusted: AwxScene) -> None:
    dead = environment_of(entrusted.machine, *RUN)["CONTROLLER_OAUTH_TOKEN"]
    entrusted.emulator.control.awx_revoke("controller")
    assert environment_of(entrusted.machine, *RUN)["CONTROLLER_OAUTH_TOKEN"] == dead
    renewed = environment_of(entrusted.machine, *RUN, "--renew")["CONTROLLER_OAUTH_TOKEN"]
    assert renewed != dead
    assert len(entrusted.live()) == 1
    entrusted.emulator.control.awx_revoke("controller")  # within the minute
    entrusted.emulator.control.fault("controller.tokens", "close", times=4)
    entrusted.machine.run(*RUN, "--renew", "--", need("true"), status=4)
    entrusted.emulator.control.clear_faults()
    once_more = environment_of(entrusted.machine, *RUN, "--renew")["CONTROLLER_OAUTH_TOKEN"]
    assert once_more not in {dead, renewed}
    while_it_lives = environment_of(entrusted.machine, *RUN, "--renew")["CONTROLLER_OAUTH_TOKEN"]
    assert while_it_lives != once_more
    assert len(entrusted.live()) == 1


def test_renew_with_nobody_there(awx: AwxScene) -> None:
    with awx.machine.terminal("keyturn", "login", "tower") as terminal:
        terminal.wait_for("password of alice")
        terminal.wait_for_silence()
        terminal.type(f"{awx.password}\n")
        assert terminal.end() == 0
    awx.emulator.control.awx_expire("controller")
    assert "keyturn login tower" in awx.machine.run(*RUN, "--renew", "--", need("true"), status=3).stderr


def test_twenty_at_once_share_one_token(entrusted: AwxScene) -> None:
    words = (*RUN, "--", need("sh"), "-c", 'printf %s "$CONTROLLER_OAUTH_TOKEN"')
    processes = [entrusted.machine.start(*words) for _ in range(20)]
    assert len({process.communicate(b"", 60)[0] for process in processes}) == 1
    assert {process.returncode for process in processes} == {0}
    assert entrusted.emulator.control.count("controller.tokens.create") == 1


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it ended, or is somebody else's
        return b""
