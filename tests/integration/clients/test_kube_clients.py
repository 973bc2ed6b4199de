"""The helper as each client calls it (tests/vectors/kube/clients.toml)."""

from __future__ import annotations

import json
import shutil
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from support import places
from support.machine.machine import PROGRAMS
from support.needs import need
from support.scenes.cluster import configuration, record

if TYPE_CHECKING:
    from subprocess import Popen

    from keyturn_emulator.launch import Emulator
    from support.machine.machine import Machine

VECTORS = places.VECTORS / "kube" / "clients.toml"
CLIENTS: list[dict[str, Any]] = tomllib.loads(VECTORS.read_text(encoding="utf-8"))["client"]
PYTHON_AT_A_TERMINAL = (
    '{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "spec": {"interactive": true}}'
)

every_client = pytest.mark.parametrize("client", CLIENTS, ids=[client["name"] for client in CLIENTS])


def prepare(machine: Machine, emulator: Emulator, profile: str, info: str = "") -> list[str]:
    """Make the emulator's cluster a target of `profile`; `ci` has its secret, `me` is not signed in.

    The arguments of a stanza for it. info: what names the cluster as it was set up.
    """
    emulator.control.settings(device_interval=0)
    machine.configure(configuration(emulator, profile))
    trusts = {"proxy": "http://p", "tls_server_name": "x"} if "LS0t" in info else {}
    arguments = record(
        machine.state, emulator.ready.cluster, profile, authority=b"---" if "LS0t" in info else b"", **trusts
    )
    secret = emulator.ready.clients["service"]["secret"]
    machine.run("keyturn", "secret", "set", "ci", "-", input=f"{secret}\n", status=0)
    return arguments


def start(machine: Machine, emulator: Emulator, client: dict[str, Any], own: list[str]) -> Popen[bytes]:
    """One call of the plugin; `own` arguments where it does not tell its cluster."""
    info = client.get("info", "").replace("SERVER", emulator.ready.cluster)
    arguments = [] if emulator.ready.cluster in info else own
    environment = {"KUBERNETES_EXEC_INFO": info} if info else {}
    process = machine.start("kube-credential-keyturn", "get-token", *arguments, **environment)
    if client["stdin"] == "null" and process.stdin is not None:
        process.stdin.close()
        process.stdin = None
    return process


def outcome(process: Popen[bytes]) -> tuple[int, bytes, bytes]:
    """Exit status, stdout and stderr, read while stdin stays as it is."""
    assert process.stdout is not None
    assert process.stderr is not None
    stdout, stderr = process.stdout.read(), process.stderr.read()
    return process.wait(), stdout, stderr


def called(
    machine: Machine, emulator: Emulator, client: dict[str, Any], own: list[str]
) -> list[tuple[int, bytes, bytes]]:
    """As often as `client` calls, one after the other or all at once."""
    calls = range(client.get("calls", 1))
    if "program" in client:
        return by_program(machine, client, own)
    if client.get("at_once"):
        return [outcome(process) for process in [start(machine, emulator, client, own) for _ in calls]]
    return [outcome(start(machine, emulator, client, own)) for _ in calls]


REPEATER = """
directory=$1 calls=$2 together=$3
shift 3
pids=
for number in $(seq "$calls"); do
    "$@" <&3 >"$directory/out.$number" 2>"$directory/err.$number" &
    pids="$pids $!"
    test "$together" || { wait $!; echo $? >"$directory/status.$number"; }
done
test "$together" || exit 0
number=0
for pid in $pids; do
    number=$((number + 1))
    wait "$pid"
    echo $? >"$directory/status.$number"
done
"""
"""Calls a command several times and writes down what comes of it, with a standard input that stays open."""


def by_program(machine: Machine, client: dict[str, Any], own: list[str]) -> list[tuple[int, bytes, bytes]]:
    """Called by one process that is, to the kernel, the client's program: a shell of that name."""
    place = machine.home / "client"
    place.mkdir()
    program = place / client["program"]
    shutil.copy(Path(need("sh")).resolve(), program)
    calls = client.get("calls", 1)
    helper = (str(PROGRAMS / "kube-credential-keyturn"), "get-token", *own)
    together = "yes" if client.get("at_once") else ""
    process = machine.start(
        str(program), "-c", f"exec 3<&0\n{REPEATER}", "-", str(place), str(calls), together, *helper
    )
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.wait()
    return [
        (int(read(place, "status", number)), read(place, "out", number), read(place, "err", number))
        for number in range(1, calls + 1)
    ]


def read(place: Path, name: str, number: int) -> bytes:
    return (place / f"{name}.{number}").read_bytes()


@every_client
def test_it_is_served_in_silence(machine: Machine, emulator: Emulator, client: dict[str, Any]) -> None:
    own = prepare(machine, emulator, "ci", client.get("info", ""))
    for status, stdout, stderr in called(machine, emulator, client, own):
        assert (status, stderr) == (0, b"")
        assert stdout.count(b"\n") == 1
        answer = json.loads(stdout)
        assert (answer["kind"], answer["apiVersion"]) == ("ExecCredential", client["answer"])
        assert answer["status"]["token"].count(".") == 2
        expiry = datetime.strptime(answer["status"]["expirationTimestamp"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        assert expiry - datetime.now(UTC) > timedelta(minutes=10)
    assert emulator.control.count("token") == client.get("requests", 1)


@every_client
def test_a_sign_in_that_is_needed_is_told_once(machine: Machine, emulator: Emulator, client: dict[str, Any]) -> None:
    """At once and in two lines, with nothing on stdout, where no client could wait for a person."""
    own = prepare(machine, emulator, "me", client.get("info", ""))
    outcomes = called(machine, emulator, client, own)
    told = [stderr for _, _, stderr in outcomes if stderr]
    assert told == [b"keyturn: error: nobody is signed in for profile me\nkeyturn: hint: keyturn login me\n"]
    assert all(status in {1, 3} and stdout == b"" for status, stdout, _ in outcomes)
    assert emulator.control.count("devicecode") == 0


def test_the_twin_gives_the_same_bytes(machine: Machine, emulator: Emulator) -> None:
    own = prepare(machine, emulator, "ci")
    machine.environment["KUBERNETES_EXEC_INFO"] = PYTHON_AT_A_TERMINAL
    native = machine.run("kube-credential-keyturn", "get-token", *own, status=0)
    twin = machine.run("keyturn", "helper", "kube", "get-token", *own, status=0)
    assert (twin.stdout, twin.stderr) == (native.stdout, "")


def test_a_client_at_a_terminal_signs_in(machine: Machine, emulator: Emulator) -> None:
    """The code is shown on the terminal itself: the Python client keeps stderr to itself."""
    own = prepare(machine, emulator, "me")
    machine.environment["KUBERNETES_EXEC_INFO"] = PYTHON_AT_A_TERMINAL
    command = ("kube-credential-keyturn", "get-token", *own)
    with machine.terminal(*command, piped=True) as terminal:
        emulator.control.approve(terminal.wait_for(r"enter the code (\S+)").group(1))
        stdout, stderr = terminal.process.communicate()
    assert json.loads(stdout)["status"]["token"]
    assert stderr == b""


def test_a_version_that_nobody_speaks_any_more(machine: Machine, emulator: Emulator) -> None:
    own = prepare(machine, emulator, "ci")
    info = json.dumps({"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1alpha1", "spec": {}})
    refused = machine.run("kube-credential-keyturn", "get-token", *own, status=2, KUBERNETES_EXEC_INFO=info)
    assert "another version: client.authentication.k8s.io/v1alpha1" in refused.stderr
    assert refused.stdout == ""
