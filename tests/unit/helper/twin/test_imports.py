"""What a helper call whose answer is ready in the daemon does not pay for."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {
    "msgspec",
    "tomllib",
    "platformdirs",
    "argparse",
    "keyturn.configuration.config",
    "keyturn.configuration.targets",
    "keyturn.configuration.profiles",
}
PROTOCOLS = {
    "keyturn.protocols.git",
    "keyturn.protocols.git_answers",
    "keyturn.protocols.docker",
    "keyturn.protocols.kubectl",
}
ROOMS = {"git", "docker", "kube", "kubelogin"}
# What the twin does before it asks the daemon; the family's room is imported by the very function it uses.
PREPARE = """
import sys
from keyturn.reach import client, launch
from keyturn.twin import helper
family = helper._family(sys.argv[1])
helper._person_is_there(family, b"")
print(*sys.modules)
"""


@pytest.mark.parametrize("family", sorted(ROOMS))
def test_asking_a_running_daemon_imports_no_configuration_and_no_other_family(family: str) -> None:
    done = subprocess.run([sys.executable, "-c", PREPARE, family], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not loaded & (HEAVY | PROTOCOLS)
    assert {room for room in ROOMS if f"keyturn.twin.{room}" in loaded} == {family}
