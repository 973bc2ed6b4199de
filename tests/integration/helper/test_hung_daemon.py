"""A daemon that is there and does nothing: what each family's caller sees, through the native helper and its twin."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from support.helper.programs import DEADLINES, ENTRY, SHORT_DEADLINE, NativePrograms, install
from support.machine.machine import PROGRAMS, Machine
from support.needs import need

if TYPE_CHECKING:
    from pathlib import Path

CONFIGURATION = """
[profile.ci]
provider = "entra"
application_id = "11111111-2222-3333-4444-555555555555"
tenant = "11111111-2222-3333-4444-666666666666"
flow = "client-secret"
[targets.git]
"https://dev.azure.com/contoso" = "ci"
[targets.docker]
"contoso.azurecr.io" = "ci"
"""
ASKED = "url=https://dev.azure.com/contoso/_git/x\n\n"
NO_SECRET = "keyturn: error: profile ci has no client secret yet\n"


def send(machine: Machine, number: signal.Signals) -> None:
    pid = machine.daemon_pid()
    assert pid is not None
    os.kill(pid, number)


def told(family: str) -> str:
    seconds = DEADLINES[family] // 1000
    return (
        f"keyturn: error: the daemon did not answer within {seconds} seconds\nkeyturn: hint: keyturn daemon restart\n"
    )


@pytest.fixture(name="place")
def installed_with_a_short_deadline(programs: NativePrograms, machine: Machine, tmp_path: Path) -> Path:
    """The native helper of each family, whose time is over soon, beside our real Python program."""
    for name in ("git-credential-keyturn", "docker-credential-keyturn"):
        install(programs.variant(SHORT_DEADLINE), tmp_path / "bin", name)
    (tmp_path / "bin" / ENTRY).unlink()
    (tmp_path / "bin" / ENTRY).symlink_to(PROGRAMS / ENTRY)
    machine.configure(CONFIGURATION)
    machine.run("keyturn", "daemon", "start", status=0)
    send(machine, signal.SIGSTOP)
    return tmp_path / "bin"


def test_git_is_stopped_with_the_command_that_helps(place: Path, machine: Machine) -> None:
    machine.git("config", "--global", "credential.helper", f"{place}/git-credential-keyturn")
    machine.git("config", "--global", "credential.useHttpPath", "true")
    done = machine.run(need("git"), "credential", "fill", input=ASKED, status=128)
    assert done.stdout == ""
    assert done.stderr.startswith(told("git"))
    assert "told us to quit" in done.stderr
    hung = machine.daemon_pid()
    machine.run("/bin/sh", "-c", told("git").rpartition("hint: ")[2], status=0)  # as printed
    assert machine.daemon_pid() != hung
    later = machine.run("git-credential-keyturn", "get", input="protocol=https\nhost=dev.azure.com\npath=contoso\n")
    assert NO_SECRET in later.stderr


def test_dockers_clients_read_it_on_standard_output_too(place: Path, machine: Machine) -> None:
    done = machine.run(str(place / "docker-credential-keyturn"), "get", input="contoso.azurecr.io", status=1)
    assert done.stderr == told("docker")
    assert done.stdout.startswith("keyturn: the daemon did not answer within 15 seconds; keyturn daemon restart")
    send(machine, signal.SIGCONT)
