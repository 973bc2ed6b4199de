"""What a helper call whose answer is ready in the daemon does not pay for."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = {
    "msgspec",
    "tomllib",
    "platformdirs",
    "argparse",
    "keyturn.configuration.config",
    "keyturn.configuration.targets",
    "keyturn.configuration.profiles",
}
SLOW = {"collections", "contextlib", "enum", "functools", "json", "math", "operator", "re", "struct", "typing"}
"""Of Python's own: together as long as everything else until the daemon is started."""
PROTOCOLS = {
    "keyturn.protocols.git",
    "keyturn.protocols.git_answers",
    "keyturn.protocols.docker",
    "keyturn.protocols.kubectl",
}
ROOMS = {"git", "docker", "kube", "kubelogin"}
BUILT_ON = {"kubelogin": {"kube"}}
"""The stand-in for kubelogin answers the client that kube's answers, in its words."""
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
    assert {room for room in ROOMS if f"keyturn.twin.{room}" in loaded} == {family} | BUILT_ON.get(family, set())


BEFORE_THE_START = """
import sys
from keyturn.main import main
from keyturn.console.starting import secret_variables
from keyturn.reach import spawn
from keyturn.twin import helper
family = helper._family(sys.argv[1])
assert family.alone(*sys.argv[2:3], sys.argv[4:], sys.argv[3].encode()) is None
assert secret_variables() == ()
print(*sys.modules)
"""


WORDS = {
    "git": ("get", "", "--ours"),
    "kube": ("get-token", "{}", "--profile", "ci", "--word", "w"),
    "docker": ("get", "registry.example\n"),
}
CONFIGURATION = """
[profile.ci]
provider = "entra"
[targets.docker]
"registry.example" = "ci"
"""


@pytest.mark.parametrize("family", WORDS)
def test_a_daemon_is_started_without_understanding_the_configuration(tmp_path: Path, family: str) -> None:
    """`setup` found a target, or one is named as asked, and no profile reads a variable: the rest is the daemon's."""
    configuration = tmp_path / "config.toml"
    configuration.write_text(CONFIGURATION, encoding="ascii")
    done = subprocess.run(
        [sys.executable, "-c", BEFORE_THE_START, family, *WORDS[family]],
        env={"KEYTURN_CONFIG": str(configuration)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert not set(done.stdout.split()) & (HEAVY | SLOW)
