"""`keyturn daemon`, and how every command ends when something is wrong with what it prints to."""

from __future__ import annotations

import json
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from support.needs import need

if TYPE_CHECKING:
    from support.machine.machine import Machine

CONFIG = """[profile.me]
provider = "entra"
flow = "device-code"
application_id = "11111111-2222-3333-4444-555555555555"
[targets.git]
"https://dev.azure.com/contoso" = "me"
"""
OURS = "protocol=https\nhost=dev.azure.com\npath=contoso/x\n\n"
NOT_OURS = "protocol=https\nhost=github.com\npath=contoso/x\n\n"


def test_start_twice_is_one_daemon(machine: Machine) -> None:
    first = machine.json("daemon", "start")
    assert first == machine.json("daemon", "start") == {"daemon": "running", "pid": machine.daemon_pid()}


def test_stop_ends_it_and_is_fine_without(machine: Machine) -> None:
    pid = machine.json("daemon", "start")["pid"]
    assert machine.json("daemon", "stop") == {"daemon": "stopped", "pid": pid}
    machine.stop()
    assert machine.json("daemon", "stop") == {"daemon": "was not running"}
    assert machine.run("keyturn", "daemon", "stop", status=0).stdout == "keyturn: daemon was not running\n"


def test_restart_starts_one_where_none_ran(machine: Machine) -> None:
    started = machine.json("daemon", "restart")
    assert started == {"daemon": "running", "pid": machine.daemon_pid()}
    assert machine.json("daemon", "restart")["daemon"] == "restarted"
    assert machine.json("status")["running"] is True


def test_run_serves_in_the_foreground_and_logs_to_stderr(machine: Machine) -> None:
    with machine.start("keyturn", "daemon", "run") as daemon:
        assert daemon.stderr is not None
        assert b" INFO ready " in daemon.stderr.readline()
        assert machine.json("status")["pid"] == daemon.pid
        second = machine.run("keyturn", "daemon", "run", status=1)
        assert second.stderr == "keyturn: error: a daemon is running already\nkeyturn: hint: keyturn daemon stop\n"
        daemon.send_signal(signal.SIGINT)
        assert daemon.wait() == 0


@pytest.mark.parametrize("state", ["linked", "loose"])
def test_an_unsafe_socket_directory_stops_git_only_where_it_is_ours(state: str, machine: Machine) -> None:
    machine.configure(CONFIG)
    directory = machine.socket.parent
    if state == "linked":
        directory.symlink_to(machine.home)
    else:
        directory.mkdir(mode=0o755)
    ours = machine.run("git-credential-keyturn", "get", input=OURS, status=1)
    assert (ours.stdout, ours.stderr.count("\n")) == ("quit=1\n", 2)
    assert machine.run("git-credential-keyturn", "get", input=NOT_OURS, status=1).stdout == ""
    machine.run("keyturn", "status", status=1)


def test_a_host_that_is_not_ours_starts_no_daemon(machine: Machine) -> None:
    machine.configure(CONFIG)
    for operation in ("get", "store", "erase"):
        silent = machine.run("git-credential-keyturn", operation, input=NOT_OURS, status=0)
        assert (silent.stdout, silent.stderr) == ("", "")
    assert machine.run("git-credential-keyturn", "capability", status=0).stdout.startswith("version 0\n")
    assert machine.daemon_pid() is None


def shell(machine: Machine, redirection: str) -> tuple[int, str]:
    done = machine.run(need("sh"), "-c", f"keyturn {redirection}")
    return done.returncode, done.stderr


def test_a_full_disk_below_standard_output(machine: Machine) -> None:
    status, told = shell(machine, "status >/dev/full")
    assert status == 1
    assert told.startswith("keyturn: error: keyturn cannot go on: no space left on device")
    assert told.count("\n") == 1


@pytest.mark.parametrize("words", [("token", "--help"), ("setup", "git", "--dry-run", "--file", "caf\udce9")])
def test_what_the_alphabet_of_standard_output_lacks_is_escaped(words: tuple[str, ...], machine: Machine) -> None:
    """As in a locale of Latin-1, and a name of another one where it is UTF-8."""
    machine.configure(CONFIG)
    encoding = "utf-8:strict" if "--file" in words else "latin-1"
    done = machine.run(sys.executable, "-m", "keyturn", *words, PYTHONIOENCODING=encoding, status=0)
    assert ("caf\\udce9" if "--file" in words else "\\u2026") in done.stdout
    assert done.stderr == ""


def test_a_reader_that_leaves(machine: Machine) -> None:
    log = machine.state / "keyturnd.log"
    log.parent.mkdir(parents=True, mode=0o700)
    log.write_text("x" * 79 + "\n" * 100_000, encoding="ascii")
    assert shell(machine, "log -n 100000 | head -c 1") == (0, "")


@pytest.mark.parametrize("redirection", ["status >&-", "status 2>&-", "status <&-", "status <&- >&- 2>&-"])
def test_closed_descriptors(redirection: str, machine: Machine) -> None:
    assert shell(machine, redirection)[0] == 0


def test_the_exit_status_is_right_where_nobody_reads_the_error(machine: Machine) -> None:
    assert shell(machine, "frob 2>&-")[0] == 2
    assert shell(machine, "frob 2>/dev/full")[0] == 2


def test_python_dash_m_is_the_same_command(machine: Machine) -> None:
    done = machine.run("python", "-P", "-m", "keyturn", "status", "--json", status=0)
    assert json.loads(done.stdout)["running"] is False
