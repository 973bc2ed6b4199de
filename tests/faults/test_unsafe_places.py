"""Files and directories that others could touch, or that are gone for a while: refused, and nothing is lost."""

from __future__ import annotations

import os

import pytest

from support.machine.interpreters import NOBODY
from support.scenes.failing import refused, told, works
from support.scenes.scene import Scene, scene

__all__ = ["scene"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_configuration(scene: Scene) -> None:
    scene.machine.config_file.chmod(0)
    ours = scene.machine.run("git-credential-keyturn", "--ours", "get", input=scene.attributes())
    token = scene.machine.run("keyturn", "token", "ci")
    assert ours.stderr == token.stderr
    assert told(token).status == 2
    assert told(token).error == f"{scene.machine.config_file} cannot be read: permission denied"
    assert ours.stdout == "quit=1\n"
    other = scene.ask()
    assert (other.stdout, other.stderr) == ("", "")  # nobody can tell whose the URL is
    scene.machine.config_file.chmod(0o600)
    works(scene, "ci")


@pytest.mark.root
@pytest.mark.parametrize("running", [True, False])
def test_a_socket_directory_of_somebody_elses(scene: Scene, running: bool) -> None:  # noqa: FBT001 - pytest's
    directory = scene.machine.socket.parent
    if not running:
        scene.machine.stop()
    os.chown(directory, NOBODY, NOBODY)
    heard = refused(scene, "ci")
    assert heard.status == 1
    assert heard.error == f"{directory} is not a private directory of yours: its owner is uid {NOBODY}"
    os.chown(directory, 0, 0)
    works(scene, "ci")


@pytest.mark.parametrize("running", [True, False])
def test_a_loose_socket_directory(scene: Scene, running: bool) -> None:  # noqa: FBT001 - pytest's
    directory = scene.machine.socket.parent
    if not running:
        scene.machine.stop()
    directory.chmod(0o750)
    heard = refused(scene, "ci")
    assert heard.status == 1
    assert heard.error == f"{directory} is not a private directory of yours: its mode is 0750"
    assert heard.hint == f"chmod 700 {directory}"
    directory.chmod(0o700)
    works(scene, "ci")


@pytest.mark.parametrize("what", ["state", "vault"])
def test_a_loose_state_directory(scene: Scene, what: str) -> None:
    works(scene, "ci")
    scene.machine.stop()
    directory = scene.machine.state if what == "state" else scene.machine.state / "vault"
    directory.chmod(0o755)
    heard = refused(scene, "ci")
    assert heard.status == 1
    assert heard.error.startswith(f"{directory} is not a private directory of yours")
    directory.chmod(0o700)
    works(scene, "ci")
    assert scene.tokens_issued() == 1


def test_a_vault_key_that_is_gone_for_a_while(scene: Scene) -> None:
    works(scene, "ci")
    scene.machine.stop()
    key = scene.machine.state / "vault.key"
    aside = key.rename(scene.machine.home / "aside")
    heard = refused(scene, "ci")
    assert heard.status == 1
    assert "key of the records" in heard.error
    aside.rename(key)
    works(scene, "ci")
    assert scene.tokens_issued() == 1
