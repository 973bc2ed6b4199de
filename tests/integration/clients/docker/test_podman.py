"""podman, on its own and in front of a service, over TLS to the emulator's registry."""

from __future__ import annotations

import pytest

from support.needs import need
from support.scenes.asked import Asked
from support.scenes.engine import PodmanService
from support.scenes.registry import OTHER, RegistryScene, registry_scene

__all__ = ["registry_scene"]


@pytest.fixture
def scene(registry_scene: RegistryScene) -> RegistryScene:
    need("podman")
    registry_scene.push()
    return registry_scene


def podman(scene: RegistryScene, *argv: str, status: int = 0) -> str:
    return scene.machine.run(need("podman"), *argv, status=status).stdout


def test_a_remote_podman_asks_for_every_registry_it_knows(scene: RegistryScene) -> None:
    """The first answer that is neither a token nor "not found" ends the command, whichever registry it is for."""
    scene.know_another()
    asked = Asked(scene.machine)
    with PodmanService({"XDG_RUNTIME_DIR": str(scene.machine.runtime), "HOME": str(scene.machine.home)}) as service:
        remote = ("--remote", "--url", service.host)
        podman(scene, *remote, "pull", f"{scene.registry}/team/app:1")
        assert set(asked.since()) == {f"get {scene.registry}", f"get {OTHER}"}
        podman(scene, *remote, "push", f"{scene.registry}/team/app:1", f"{scene.registry}/team/app:2")
    assert scene.count("registry.exchange") == 1


def test_its_logout_reaches_keyturn_through_registries_conf(scene: RegistryScene) -> None:
    """Where the helper stands in credHelpers it calls `get`, and leaves other programs' credentials alone."""
    first = scene.secret()
    asked = Asked(scene.machine)
    podman(scene, "logout", scene.registry)
    assert asked.since() == [f"get {scene.registry}"]
    scene.machine.run("keyturn", "setup", "docker", "--undo", status=0)
    scene.machine.run("keyturn", "setup", "docker", "--registries-conf", status=0)
    podman(scene, "logout", scene.registry)
    assert f"erase {scene.registry}" in asked.since()
    assert scene.secret() != first
    podman(scene, "logout", "--all")
    assert "list unused" in asked.since()
