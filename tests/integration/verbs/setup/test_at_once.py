"""Two runs of `keyturn setup` at the same time: the second waits, and what the first has recorded stays."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.needs import need

if TYPE_CHECKING:
    from subprocess import Popen

    from support.machine.machine import Machine

CONFIG = """
[profile.me]
provider = "entra"
application_id = "11111111-2222-3333-4444-555555555555"
flow = "device-code"

[targets.kube]
"https://aks.example" = "me"
"https://second.example" = "me"
"""
KUBECONFIG = """apiVersion: v1
kind: Config
clusters: [{{name: c, cluster: {{server: "https://{server}"}}}}]
contexts: [{{name: {server}, context: {{cluster: c, user: u}}}}]
users: [{{name: u, user: {{token: planted}}}}]
"""
HELD = """#!/bin/sh
if ! mkdir {place}/once 2>/dev/null && mkdir {place}/twice 2>/dev/null; then
    echo >{place}/reached
    read _ <{place}/go
fi
exec {kubectl} "$@"
"""


@pytest.fixture
def held(machine: Machine) -> Path:
    """A kubectl that says `reached` and waits to be told to `go` when it is run for the second time.

    The first time it reads the kubeconfig; the second, it checks what shall be written.
    """
    place = machine.home / "held"
    place.mkdir()
    for name in ("reached", "go"):
        os.mkfifo(place / name)
    script = place / "kubectl"
    script.write_text(HELD.format(place=place, kubectl=need("kubectl")))
    script.chmod(0o755)
    return place


def kubeconfig(machine: Machine, server: str) -> str:
    path = machine.home / server
    path.write_text(KUBECONFIG.format(server=server))
    return str(path)


def waits_or_has_ended(process: Popen[bytes], lock: Path) -> bool:
    if process.poll() is not None:
        return True
    try:
        return str(lock) in {str(entry.readlink()) for entry in Path(f"/proc/{process.pid}/fd").iterdir()}
    except FileNotFoundError:  # a descriptor that was closed meanwhile
        return False


def test_the_second_waits_and_nothing_recorded_is_lost(machine: Machine, held: Path) -> None:
    machine.configure(CONFIG)
    first, second = (kubeconfig(machine, server) for server in ("aks.example", "second.example"))
    slow = machine.start(
        "keyturn", "setup", "kube", "--kubeconfig", first, PATH=f"{held}:{machine.environment['PATH']}"
    )
    (held / "reached").read_bytes()
    other = machine.start("keyturn", "setup", "kube", "--kubeconfig", second)
    while not waits_or_has_ended(other, machine.state / "setup.lock"):
        pass
    (held / "go").write_bytes(b"\n")
    for process in (slow, other):
        _, stderr = process.communicate()
        assert (process.returncode, b"error" in stderr) == (0, False), stderr
    for path in (first, second):
        machine.run("keyturn", "setup", "kube", "--kubeconfig", path, "--check", status=0)
