"""`keyturn secret set`: from the terminal, standard input, a file or a variable; never from the command line."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import pytest

from support.machine.terminal import END_OF_INPUT

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator
    from support.machine.machine import Machine

PROMPT = "keyturn: client secret of ci: "


@pytest.fixture
def configured(machine: Machine, emulator: Emulator) -> Machine:
    machine.use(emulator)
    return machine


@pytest.fixture
def secret(emulator: Emulator) -> str:
    return emulator.ready.clients["service"]["secret"]


def works(machine: Machine) -> bool:
    """Whether the provider takes the secret that the vault has."""
    return machine.run("keyturn", "login", "ci").returncode == 0


@pytest.mark.parametrize("words", [[], ["-"]])
def test_typed_at_the_prompt_without_echo(words: list[str], configured: Machine, secret: str) -> None:
    with configured.terminal("keyturn", "secret", "set", "ci", *words) as terminal:
        terminal.wait_for(PROMPT)
        terminal.wait_for_silence()
        terminal.type(f"{secret}\n")
        assert terminal.end() == 0
        assert secret not in terminal.seen
        assert "keyturn: the vault keeps the client secret of profile ci\n" in terminal.seen
    assert works(configured)


@pytest.mark.parametrize("words", [[], ["-"]])
def test_from_standard_input(words: list[str], configured: Machine, secret: str) -> None:
    configured.run("keyturn", "secret", "set", "ci", *words, input=f"{secret}\n", status=0)
    assert works(configured)


def test_redirected_standard_input_is_read_on_a_terminal_too(configured: Machine, secret: str) -> None:
    configured.run("keyturn", "secret", "set", "ci", input=f"{secret}\n", tty=True, status=0)
    assert works(configured)


def test_from_a_file(configured: Machine, secret: str) -> None:
    (configured.home / "s").write_text(f"{secret}\n", encoding="ascii")
    configured.run("keyturn", "secret", "set", "ci", "@s", status=0)
    assert works(configured)


def test_from_a_variable(configured: Machine, secret: str) -> None:
    done = configured.json("secret", "set", "ci", "env:PLANTED", PLANTED=secret)
    assert done == {"profile": "ci", "warnings": []}
    assert works(configured)


def test_never_from_the_command_line(configured: Machine, secret: str) -> None:
    mistaken = (
        ("ci", secret), ("cii", secret), (secret, "ci"), ("cii", "--application", secret),
        ("cii", secret, "--application", "env:PLANTED"),
    )  # fmt: skip
    for words in mistaken:
        refused = configured.run("keyturn", "secret", "set", *words, status=2)
        assert "a secret is not given on the command line" in refused.stderr
        assert secret not in refused.stdout + refused.stderr
    assert configured.daemon_pid() is None


def test_a_profile_that_takes_none_is_refused_before_anything_is_read(configured: Machine) -> None:
    refused = configured.run("keyturn", "secret", "set", "me", input="", status=1)
    assert "profile me has flow device-code, which takes no secret" in refused.stderr
    assert configured.daemon_pid() is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted_at_the_prompt(number: signal.Signals, configured: Machine) -> None:
    with configured.terminal("keyturn", "secret", "set", "ci") as terminal:
        terminal.wait_for(PROMPT)
        terminal.wait_for_silence()
        terminal.interrupt(number)
        assert terminal.end() == 128 + number
        assert terminal.echoes()
        assert terminal.seen.endswith("\n")
        assert "Traceback" not in terminal.seen
    assert configured.daemon_pid() is None


def test_after_ctrl_z_it_is_typed_unseen_again(configured: Machine, secret: str) -> None:
    """No shell could have it go on here, so that it is not stopped (POSIX 11.1.4), and goes on at once."""
    with configured.terminal("keyturn", "secret", "set", "ci") as terminal:
        terminal.wait_for(PROMPT)
        terminal.wait_for_silence()
        terminal.process.send_signal(signal.SIGTSTP)
        terminal.wait_for(f"{PROMPT}.*{PROMPT}")
        assert not terminal.echoes()
        terminal.type(f"{secret}\n")
        assert terminal.end() == 0
        assert secret not in terminal.seen
        assert terminal.echoes()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("\n", "nothing was entered"),
        (END_OF_INPUT, "nothing was entered"),
        ("\udce4\n", "what was entered is not UTF-8"),
    ],
)
def test_nothing_fit_was_typed(typed: str, told: str, configured: Machine) -> None:
    with configured.terminal("keyturn", "secret", "set", "ci") as terminal:
        terminal.wait_for(PROMPT)
        terminal.wait_for_silence()
        terminal.type(typed)
        assert terminal.end() == 1
        assert f"keyturn: error: {told}\n" in terminal.seen


def test_a_prompt_for_a_profile_that_is_not_there_is_not_shown(configured: Machine) -> None:
    with configured.terminal("keyturn", "secret", "set", "cii") as terminal:
        assert terminal.end() == 2
        assert "keyturn: error: there is no profile cii in" in terminal.seen
        assert "keyturn: hint: keyturn secret set ci\n" in terminal.seen
        assert PROMPT not in terminal.seen


def test_a_profile_that_takes_no_secret(configured: Machine) -> None:
    refused = configured.run("keyturn", "secret", "set", "me", "-", input="x\n", status=1)
    assert "profile me has flow device-code, which takes no secret" in refused.stderr


def test_a_wrong_secret_is_replaced_by_the_right_one(configured: Machine, secret: str) -> None:
    configured.run("keyturn", "secret", "set", "ci", input="wrong\n", status=0)
    refused = configured.run("keyturn", "login", "ci", status=1)
    assert refused.stderr.startswith("keyturn: error: ")
    assert "wrong" not in refused.stdout
    configured.run("keyturn", "secret", "set", "ci", input=secret, status=0)
    assert works(configured)


def test_a_key_in_a_file_is_warned_of_once(emulator: Emulator, machine: Machine) -> None:
    machine.configure(emulator.ready.config, key="auto")
    first = machine.run("keyturn", "secret", "set", "ci", input="x\n", status=0)
    assert first.stderr.startswith("keyturn: warning: the OS keyring cannot be used")
    assert machine.run("keyturn", "secret", "set", "ci", input="x\n", status=0).stderr == ""


def test_status_and_doctor_agree_about_a_key_in_a_file(emulator: Emulator, machine: Machine) -> None:
    """Of a daemon that has just settled for the file, and has warned of it, as of one that finds it so."""
    machine.configure(emulator.ready.config, key="auto")
    machine.run("keyturn", "secret", "set", "ci", input="x\n", status=0)
    says = "open, its key in a file: no protection against someone who can read your files"
    for key in ("auto", "file"):
        findings = json.loads(machine.run("keyturn", "doctor", "--offline", "--json").stdout)["findings"]
        told = [finding for finding in findings if "no protection" in finding["sentence"]]
        assert told == [{"level": "ok", "sentence": f"the vault is {says}", "hint": None}]
        assert machine.run("keyturn", "status").stdout.count("no protection") == 1
        assert f"vault          {says}\n" in machine.run("keyturn", "status").stdout
        machine.configure(emulator.ready.config, key=key)
        machine.run("keyturn", "daemon", "restart", status=0)
        machine.run("keyturn", "secret", "set", "ci", input="x\n", status=0)


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ('client_secret_file = "FILE"', "write it to FILE"),
        ('client_secret_env = "PLANTED"', "export PLANTED, then: keyturn daemon restart"),
    ],
)
def test_a_refused_secret_is_replaced_where_it_lives(
    line: str, hint: str, machine: Machine, emulator: Emulator
) -> None:
    file = machine.home / "s"
    file.write_text("wrong", encoding="ascii")
    file.chmod(0o600)
    table = 'flow = "client-secret"'
    machine.configure(emulator.ready.config.replace(table, f"{table}\n{line.replace('FILE', str(file))}"))
    refused = machine.run("keyturn", "login", "ci", status=1, PLANTED="wrong")
    assert refused.stderr.endswith(f"{hint.replace('FILE', str(file))}\n")
