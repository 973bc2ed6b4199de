"""The emulator under the names of the real servers, as somebody starts it who tries the README."""

from __future__ import annotations

import contextlib
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from support.machine.machine import PROGRAMS
from support.machine.terminal import Terminal
from support.needs import need

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.machine.machine import Machine

HOST = "https://dev.azure.com"
DEVICES = "https://login.microsoftonline.com/common/oauth2/deviceauth"


def written_at(machine: Machine) -> dict[Path, bytes]:
    """The files at home, but for the clone."""
    clone = machine.home / "app"
    found = (path for path in machine.home.rglob("*") if clone not in path.parents)
    return {path: path.read_bytes() for path in found if path.is_file()}


@contextlib.contextmanager
def shown_variables(machine: Machine) -> Iterator[dict[str, str]]:
    """Those that it prints; in the end it is interrupted, and must end well."""
    command = [sys.executable, "-m", "keyturn_emulator.real_names"]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, env=machine.environment
    ) as names:
        assert names.stdout is not None
        try:
            told = iter(names.stdout.readline, "")
            exports = [line for line in iter(lambda: next(told), "\n") if line.startswith("export ")]
            exports += [line for line in iter(lambda: next(told), "\n") if line.startswith("export ")]
            yield dict(shlex.split(line)[1].split("=", 1) for line in exports)
        finally:
            names.send_signal(signal.SIGINT)
    assert names.returncode == 0


def by_code(machine: Machine, browser: str) -> None:
    """Sign in with a code, entered as it tells."""
    identity = ["tenant=contoso.example", "application_id=preset:azure-cli", 'audiences=["azure-devops"]']
    machine.run("keyturn", "profile", "add", "coded", "flow=device-code", *identity, status=0)
    with machine.terminal("keyturn", "login", "coded") as terminal:
        code = terminal.wait_for(r"enter the code (\w+)\S*\s")[1]
        entered = [browser, "--press", "approve", "--answer", f"user_code={code}", DEVICES]
        machine.run(*entered, status=0)
        assert terminal.end() == 0, terminal.seen


def test_a_first_clone_from_dev_azure_com_at_home(machine: Machine) -> None:
    before = written_at(machine)
    with shown_variables(machine) as variables:
        machine.environment |= variables
        begin = [str(PROGRAMS / "keyturn"), "init", f"{HOST}/contoso", "--tenant=contoso.example", "--yes"]
        with Terminal(begin, machine.environment, machine.home) as terminal:
            assert terminal.end() == 0, terminal.seen
        machine.run(need("git"), "clone", "--quiet", f"{HOST}/contoso/demo/_git/app", status=0)
        by_code(machine, variables["BROWSER"])
        machine.stop()
    assert not Path(variables["HOME"]).parent.exists()
    assert written_at(machine) == before, "a sign-in of somebody's own is not for the emulator"
