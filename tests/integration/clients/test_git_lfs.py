"""Real git-lfs, which asks git for a credential itself, and asks again when the server refused it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.needs import need
from support.scenes.scene import Scene, scene

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["scene"]

TOLD = "keyturn: error: "


@pytest.fixture(name="work")
def clone_with_large_files(scene: Scene) -> Path:
    """A clone whose *.bin are large files."""
    need("git-lfs")
    scene.machine.git("lfs", "install", "--skip-repo")
    work = scene.clone()
    scene.machine.git("lfs", "track", "*.bin", directory=work)
    return work


def add(scene: Scene, work: Path, content: bytes) -> None:
    (work / "large.bin").write_bytes(content)
    scene.machine.git("add", ".gitattributes", "large.bin", directory=work)
    scene.machine.git("commit", "-qm", "large", directory=work)


def test_large_files_travel_with_one_token(scene: Scene, work: Path) -> None:
    add(scene, work, b"large" * 1000)
    scene.push(work)
    assert (scene.clone("fresh") / "large.bin").read_bytes() == b"large" * 1000
    assert scene.tokens_issued() == 1
    assert all(scene.emulator.control.count(f"git.lfs.{name}") for name in ("batch", "upload", "download"))


def test_a_revoked_token_is_replaced_within_the_command(scene: Scene, work: Path) -> None:
    add(scene, work, b"one")
    scene.push(work)
    add(scene, work, b"two")
    scene.emulator.control.revoke_all()
    done = scene.machine.git("lfs", "push", "--all", "origin", "HEAD", directory=work)
    assert TOLD not in done.stderr
    assert scene.emulator.control.count("git.refused.revoked") > 0
    scene.push(work)
    assert (scene.clone("fresh") / "large.bin").read_bytes() == b"two"
    assert scene.tokens_issued() == 2


def test_an_error_is_told_once_however_often_it_asks(scene: Scene, work: Path) -> None:
    add(scene, work, b"one")
    scene.machine.run("keyturn", "logout", "ci", status=0)
    done = scene.machine.git("lfs", "push", "--all", "origin", "HEAD", directory=work, status=2)
    assert done.stderr.count(TOLD) == 1
    assert scene.emulator.control.count("git.lfs.upload") == 0
