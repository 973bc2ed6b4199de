"""A token that the server refuses is replaced within the command that met the refusal (git >= 2.46)."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from keyturn.configuration.profiles.scopes import AZURE_DEVOPS
from support.machine.gits import Calls, newer
from support.scenes.scene import Scene, scene

if TYPE_CHECKING:
    from subprocess import CompletedProcess

__all__ = ["scene"]

REFUSAL = {"WWW-Authenticate": 'Basic realm="nobody is allowed"'}
STEP_UP = json.dumps({"access_token": {"acrs": {"essential": True, "value": "c1"}}})
RENEWED_IN_VAIN = "keyturn: error: the server refused a token that had just been renewed"


@pytest.fixture
def calls(scene: Scene) -> Calls:
    """The helper calls of the newer git, which the scene uses from now on."""
    scene.machine.git_program = newer()
    return Calls(scene.machine)


def silent(done: CompletedProcess[str]) -> bool:
    return done.stderr == ""


@pytest.mark.parametrize("authtype", ["basic", "bearer"])
def test_a_revoked_token_costs_no_command(scene: Scene, calls: Calls, authtype: str) -> None:
    by = f'service = "azure-devops", authtype = "{authtype}"'
    scene.machine.configure(scene.config.replace('service = "azure-devops"', by))
    work = scene.clone()
    assert calls.taken() == ["get", "store"]
    scene.emulator.control.revoke_all()
    scene.commit(work)
    assert silent(scene.push(work))
    assert calls.taken() == ["get", "get", "store"]
    assert scene.tokens_issued() == 2


@pytest.mark.parametrize("size", [5, 3 << 20])
def test_a_token_that_dies_between_the_refs_and_the_push_is_replaced(scene: Scene, calls: Calls, size: int) -> None:
    work = scene.clone()
    scene.commit(work, bytes(range(256)) * (size // 256) + b"more\n")
    calls.taken()
    scene.emulator.control.fault("git.receive-pack", "status", status=401, headers=REFUSAL)
    assert silent(scene.push(work))
    assert calls.taken() == ["get", "store", "get"]
    assert scene.tokens_issued() == 2


def test_a_server_that_refuses_everything_costs_one_token_and_is_told_once(scene: Scene, calls: Calls) -> None:
    work = scene.clone()
    scene.commit(work)
    calls.taken()
    scene.emulator.control.fault("git", "status", times=100, status=401, headers=REFUSAL)
    said = scene.push(work, status=128).stderr
    assert calls.taken() == ["get", "get", "erase"]
    assert said.count("keyturn: error:") == said.count(RENEWED_IN_VAIN) == 1
    again = scene.push(work, status=128).stderr
    assert calls.taken() == ["get", "get"]
    assert again.count(RENEWED_IN_VAIN) == again.count("keyturn: hint:") == 1
    assert scene.tokens_issued() == 2


def test_a_replacement_that_is_refused_at_the_push_ends_it(scene: Scene, calls: Calls) -> None:
    work = scene.clone()
    scene.commit(work)
    calls.taken()
    scene.emulator.control.fault("git.receive-pack", "status", times=100, status=401, headers=REFUSAL)
    said = scene.push(work, status=1).stderr
    assert calls.taken() == ["get", "store", "get", "erase"]
    assert said.count("keyturn: error:") == said.count(RENEWED_IN_VAIN) == 1
    assert scene.tokens_issued() == 2


def test_claims_of_the_refusing_server_are_met_within_the_command(scene: Scene, calls: Calls) -> None:
    work = scene.clone()
    scene.emulator.control.demand(AZURE_DEVOPS[0].partition("/")[0], STEP_UP)
    scene.commit(work)
    calls.taken()
    assert silent(scene.push(work))
    assert calls.taken() == ["get", "get", "store"]


def test_without_another_token_git_is_stopped_with_the_reason(scene: Scene, calls: Calls) -> None:
    work = scene.clone()
    scene.emulator.control.revoke_all()
    scene.emulator.control.change_secret("another-secret")
    scene.commit(work)
    calls.taken()
    said = scene.push(work, status=128).stderr
    assert calls.taken() == ["get", "get"]
    assert said.count("keyturn: error:") == said.count("keyturn: hint:") == 1
    assert "could not read Password" not in said


def test_twenty_gits_at_once_with_one_revoked_token(scene: Scene, calls: Calls) -> None:
    work = scene.clone()
    scene.emulator.control.revoke_all()

    def list_remote(_: int) -> CompletedProcess[str]:
        return scene.machine.git("ls-remote", "-q", directory=work)

    with ThreadPoolExecutor(20) as pool:
        done = list(pool.map(list_remote, range(20)))
    assert all(map(silent, done))
    assert "erase" not in calls.taken()
    assert scene.tokens_issued() == 2


@pytest.fixture
def large_files(scene: Scene, calls: Calls) -> Path:
    """A clone with git-lfs on, and a large file that is committed in it."""
    scene.machine.environment["PATH"] = f"{Path(newer()).parent}:{scene.machine.environment['PATH']}"
    work = scene.clone()
    scene.machine.git("lfs", "install", directory=work)
    scene.machine.git("lfs", "track", "*.bin", directory=work)
    (work / "large.bin").write_bytes(b"large" * 1000)
    scene.machine.git("add", ".", directory=work)
    scene.machine.git("commit", "-qm", "large", directory=work)
    calls.taken()
    return work


def gets(scene: Scene) -> int:
    """How often a helper has asked: git-lfs hides its calls from git's trace."""
    scene.machine.stop()
    return (scene.machine.state / "keyturnd.log").read_text("utf-8").count("path=/v1/git/get")


def test_git_lfs_goes_on_with_another_token(scene: Scene, calls: Calls, large_files: Path) -> None:
    scene.emulator.control.fault("git.lfs.locks", "status", times=1, status=401, headers=REFUSAL, after=1)
    scene.push(large_files)
    assert gets(scene) <= 5
    assert scene.tokens_issued() == 2
    other = scene.clone("other")
    assert (other / "large.bin").read_bytes() == b"large" * 1000


def test_git_lfs_that_is_refused_for_ever_costs_one_token(scene: Scene, calls: Calls, large_files: Path) -> None:
    for endpoint in ("git.lfs.locks", "git.lfs.batch"):
        scene.emulator.control.fault(endpoint, "status", times=100, status=401, headers=REFUSAL)
    said = scene.push(large_files, status=1).stderr
    assert said.count("keyturn: error:") == said.count(RENEWED_IN_VAIN) == 1
    assert scene.tokens_issued() == 2
    assert gets(scene) <= 8
