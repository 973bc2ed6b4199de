"""What the verbs load that stand before other programs or behind a key of a shell: a guard without a clock."""

from __future__ import annotations

import sys

import pytest

from keyturn.console.configured import LATER
from keyturn.later import SPARED
from support.needs import need
from support.scenes.awx import AwxScene, awx

__all__ = ["awx"]

SLOW = {"argparse", "importlib", "ipaddress", "locale", "msgspec", "pathlib", "shutil", "typing", "urllib.parse"}
"""Each takes as long to load as the daemon to answer, or longer."""
MOST = 75
"""Modules, Python's own for sockets and JSON included."""


@pytest.mark.parametrize("words", [["run", "tower", "--", need("true")], ["status"], ["status", "--json"]])
def test_beside_a_daemon_that_knows_the_answer(words: list[str], awx: AwxScene) -> None:
    awx.entrust()
    awx.machine.run("keyturn", "run", "tower", "--", need("true"), status=0)
    if words == ["status"]:  # without a token: the name of what one is for is looked up
        awx.machine.run("keyturn", "daemon", "stop", status=0)
        awx.machine.run("keyturn", "daemon", "start", status=0)
    loaded = modules(awx, *words)
    assert not loaded & SLOW
    assert not {name for name in loaded if name.startswith("keyturn.configuration.")}
    assert len(loaded) < MOST, sorted(loaded)


def test_status_without_a_daemon_has_nothing_described_to_it(awx: AwxScene) -> None:
    """It reads the configuration itself, by msgspec, whose help for older Pythons takes longer than the rest."""
    loaded = modules(awx, "status")
    assert "keyturn.configuration.config" in loaded
    assert not loaded & {"argparse", "ast", "inspect", "importlib.util", *SPARED, *LATER, "platform"}


def test_names_for_a_shell(awx: AwxScene) -> None:
    loaded = modules(awx, "completion", "--names", "profiles")
    assert not loaded & {"argparse", "json", "msgspec", "pathlib", "shutil", "socket"}
    assert len(loaded) < MOST, sorted(loaded)


def modules(scene: AwxScene, *words: str) -> set[str]:
    """What Python loads for `keyturn` with these words, without what it loads for nothing at all."""
    return _loaded(scene, str(scene.machine.programs / "keyturn-python"), *words) - _loaded(scene, "-c", "pass")


def _loaded(scene: AwxScene, *program: str) -> set[str]:
    told = scene.machine.run(sys.executable, "-E", "-P", "-X", "importtime", *program, status=0).stderr
    return {line.rpartition("|")[2].strip() for line in told.splitlines() if line.startswith("import time:")}
