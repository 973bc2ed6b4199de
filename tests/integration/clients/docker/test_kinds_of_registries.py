"""What a registry can be set to, and that a client with keyturn's token gets along with it (reference/docker.md)."""

from __future__ import annotations

from support.scenes.asked import Asked
from support.scenes.registry import RegistryScene, registry_scene

__all__ = ["registry_scene"]


def test_a_role_with_a_condition_is_the_registrys_matter(registry_scene: RegistryScene) -> None:
    """One refresh token for all repositories: the client names them when it asks for its own access token."""
    scene = registry_scene
    scene.emulator.control.settings(registry_abac=True)
    scene.push("team/app:1")
    scene.push("other/app:1", status=1)
    scene.skopeo("copy", f"docker://{scene.registry}/team/app:1", f"docker://{scene.registry}/team/copy:1")
    assert scene.count("registry.exchange") == 1


def test_layers_from_a_data_endpoint_cost_no_question(registry_scene: RegistryScene) -> None:
    scene = registry_scene
    scene.push()
    scene.emulator.control.settings(registry_data_endpoint=True)
    asked = Asked(scene.machine)
    scene.skopeo("copy", f"docker://{scene.registry}/team/app:1", f"oci:{scene.machine.home}/copy:latest")
    assert set(asked.since()) == {f"get {scene.registry}"}
    assert (scene.count("registry.data"), scene.count("registry.data.refused")) == (2, 0)


def test_whoever_is_not_signed_in_may_pull_what_is_public(registry_scene: RegistryScene) -> None:
    scene = registry_scene
    scene.push()
    scene.emulator.control.settings(registry_anonymous_pull=True)
    scene.machine.run("keyturn", "logout", "ci", status=0)
    pulled = scene.skopeo("inspect", f"docker://{scene.registry}/team/app:1")
    assert "keyturn: hint: keyturn secret set ci" in pulled.stderr
    scene.push("team/app:2", status=1)
    assert (scene.count("registry.exchange"), scene.count("registry.token.anonymous") > 0) == (1, True)


def test_a_network_that_is_kept_out_is_told_of_that_alone(registry_scene: RegistryScene) -> None:
    scene = registry_scene
    scene.emulator.control.settings(registry_firewalled=True)
    told = scene.push(status=1).stderr
    assert "keyturn: hint: reach it another way (VPN, private endpoint), or ask an administrator of" in told
    assert "AcrPull" not in told
