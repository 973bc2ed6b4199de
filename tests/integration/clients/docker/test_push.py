"""The whole job for registries: real skopeo and docker over TLS, with a token that the daemon exchanged for them."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

from support.scenes.registry import NULL_GUID, RegistryScene, named_registry, named_scene, registry_scene

if TYPE_CHECKING:
    from subprocess import Popen

__all__ = ["named_registry", "named_scene", "registry_scene"]


def test_skopeo_pushes_and_pulls_with_one_exchange(registry_scene: RegistryScene) -> None:
    scene = registry_scene
    scene.push()
    copied = scene.machine.home / "copy"
    scene.skopeo("copy", f"docker://{scene.registry}/team/app:1", f"oci:{copied}:latest")
    ours, theirs = (
        {path.name for path in (place / "blobs/sha256").iterdir()} for place in (scene.machine.home / "image", copied)
    )
    assert ours == theirs
    assert (scene.count("registry.exchange"), scene.count("token")) == (1, 1)


def test_skopeo_copies_from_one_repository_to_another(registry_scene: RegistryScene) -> None:
    scene = registry_scene
    scene.push()
    scene.skopeo(
        "copy", f"docker://{scene.registry}/team/app:1", f"docker://{scene.registry}/other/app:2", "--format", "v2s2"
    )
    tags = json.loads(scene.skopeo("list-tags", f"docker://{scene.registry}/other/app").stdout)
    assert tags["Tags"] == ["2"]
    assert scene.count("registry.exchange") == 1


def test_skopeo_login_and_logout(registry_scene: RegistryScene) -> None:
    """`<token>` as the user name would break it: "auth file contains an Identity token" (reference/docker.md)."""
    scene = registry_scene
    assert "Already logged in" in scene.skopeo("login", scene.registry).stdout
    scene.skopeo("logout", scene.registry)  # looks, finds credentials of another tool's, and leaves them alone
    scene.push()
    assert scene.count("registry.exchange") == 1


def test_docker_pulls_and_pushes_a_manifest(named_scene: RegistryScene) -> None:
    scene = named_scene
    scene.push("team/app:1", "--format", "v2s2")
    image, everywhere = f"{scene.registry}/team/app:1", f"{scene.registry}/team/app:everywhere"
    inspected = json.loads(scene.docker("manifest", "inspect", image).stdout)
    assert len(inspected["layers"]) == 1
    scene.docker("manifest", "create", everywhere, image)
    scene.docker("manifest", "push", everywhere)
    raw = json.loads(scene.skopeo("inspect", "--raw", f"docker://{everywhere}").stdout)
    assert [entry["platform"]["architecture"] for entry in raw["manifests"]] == ["amd64"]
    assert (scene.count("registry.exchange"), scene.count("registry.token.refused")) == (1, 0)


def test_docker_login_with_the_token_by_hand_and_logout(named_scene: RegistryScene) -> None:
    """What `az acr login` runs: docker stores what it verified, and a helper that refused would fail it."""
    scene = named_scene
    secret = scene.secret()
    done = scene.docker("login", "-u", NULL_GUID, "--password-stdin", scene.registry, input=secret)
    assert "Login Succeeded" in done.stdout
    for file in (path for path in scene.machine.home.rglob("*") if path.is_file()):
        assert secret.encode() not in file.read_bytes(), file
    scene.docker("logout", scene.registry)
    assert scene.secret() != secret
    assert scene.count("registry.exchange") == 2


def test_a_killed_daemon_costs_no_exchange(registry_scene: RegistryScene) -> None:
    scene = registry_scene
    scene.push()
    scene.machine.kill_daemon(signal.SIGKILL)
    scene.push("team/app:2")
    assert scene.count("registry.exchange") == 1


def test_twenty_callers_share_one_exchange(registry_scene: RegistryScene) -> None:
    scene = registry_scene
    callers: list[Popen[bytes]] = [scene.machine.start("docker-credential-keyturn", "get") for _ in range(20)]
    for caller in callers:
        assert caller.stdin is not None
        caller.stdin.write(scene.registry.encode())
        caller.stdin.close()
        caller.stdin = None
    ended = [caller.communicate() for caller in callers]
    assert {stderr for _, stderr in ended} == {b""}
    assert len({stdout for stdout, _ in ended}) == 1
    assert (scene.count("registry.exchange"), scene.count("token")) == (1, 1)


def test_an_expiring_token_is_replaced_before_a_client_sees_it(registry_scene: RegistryScene) -> None:
    scene = registry_scene
    scene.emulator.control.settings(registry_refresh_lifetime=1)
    first = scene.secret()
    while scene.secret() == first:  # until half of its second has passed
        pass
    assert scene.count("registry.exchange") > 1
    scene.emulator.control.settings(registry_refresh_lifetime=10_800)
    scene.push()


def test_who_may_only_pull_is_told_by_the_registry(registry_scene: RegistryScene) -> None:
    scene = registry_scene
    scene.push()
    scene.emulator.control.settings(registry_writable=False)
    assert "authentication required" in scene.push("team/app:2", status=1).stderr
    scene.skopeo("inspect", f"docker://{scene.registry}/team/app:1")


def test_a_public_image_elsewhere_is_none_of_our_business(registry_scene: RegistryScene) -> None:
    """For podman and skopeo a helper's error is fatal even where nobody needs a password; "not found" is not."""
    scene = registry_scene
    (scene.containers / "registries.conf").write_text('credential-helpers = ["containers-auth.json", "keyturn"]\n')
    scene.machine.environment["CONTAINERS_REGISTRIES_CONF"] = str(scene.containers / "registries.conf")
    elsewhere = f"localhost:{scene.emulator.ready.registry_port}"
    failed = scene.skopeo("inspect", f"docker://{elsewhere}/team/app:1", status=1)
    assert "keyturn" not in failed.stderr
    assert "credential" not in failed.stderr
    assert scene.count("registry.exchange") == 0
