"""Cargo, which asks git's helpers by itself: a dependency in a repository of the Azure Repos stand-in."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from support.machine.gits import newer
from support.machine.machine import PROGRAMS
from support.scenes.scene import Scene, scene

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["scene"]

CRATE = '[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n{more}'
CERTIFICATES = "ca-certificates-for-this-cargo.pem"
"""Where this cargo looks, see contrib/newer-git.sh."""


def crate(directory: Path, name: str, more: str = "") -> None:
    (directory / "src").mkdir(parents=True)
    (directory / "src/lib.rs").touch()
    (directory / "Cargo.toml").write_text(CRATE.format(name=name, more=more))


def test_a_dependency_behind_a_target_is_fetched(scene: Scene) -> None:
    work = scene.clone()
    crate(work, "dependency")
    scene.machine.git("add", ".", directory=work)
    scene.machine.git("commit", "-qm", "a crate", directory=work)
    scene.push(work)
    # Cargo gives the host of a URL only where it is a name, and no path beside a global helper.
    git = scene.emulator.ready.git.replace("127.0.0.1", "localhost")
    target = f'[targets.git]\n"{git}" = {{ profile = "ci", service = "azure-devops" }}'
    scene.machine.configure(scene.config.replace("[targets.git]", target))
    scene.machine.git("config", "--global", "credential.helper", str(PROGRAMS / "git-credential-keyturn"))
    app = scene.machine.home / "app"
    crate(app, "app", f'[dependencies]\ndependency = {{ git = "{git}/contoso/demo/_git/app" }}\n')
    shutil.copy(scene.emulator.ready.ca_file, app / CERTIFICATES)
    scene.machine.run(newer("cargo"), "generate-lockfile", directory=app, status=0)
    assert f'source = "git+{git}/contoso/demo/_git/app#' in (app / "Cargo.lock").read_text()
    assert scene.tokens_issued() == 1
