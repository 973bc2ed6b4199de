"""Clients of registries, on their own: each pushes and pulls with one login, which costs one exchange.

CI has those of Debian; the others are built for `contrib/test.sh --long` (contrib/registry-clients.sh).
"""

from __future__ import annotations

import shutil
import tempfile

import pytest

from support.needs import need
from support.scenes.registry import NULL_GUID, RegistryScene, registry_scene

__all__ = ["registry_scene"]

DEBIANS = """
skopeo inspect docker://{r}/team/app:1
skopeo list-tags docker://{r}/team/app
docker manifest inspect {r}/team/app:1
podman {store} pull docker://{r}/team/app:1
podman {store} push {r}/team/app:1 docker://{r}/team/app:4
podman {store} login --get-login {r}
podman {store} logout {r}
buildah {store} pull docker://{r}/team/app:1
buildah {store} bud --isolation chroot --tag {r}/team/app:5 context
buildah {store} push {r}/team/app:5 docker://{r}/team/app:5
"""
BUILT = """
crane digest {r}/team/app:1
crane copy {r}/team/app:1 {r}/team/app:2
crane catalog {r}
oras push {r}/team/artifact:1 file.txt:text/plain
oras pull {r}/team/artifact:1 --output pulled
regctl image copy {r}/team/app:1 {r}/team/app:3
regctl tag ls {r}/team/app
helm create chart
helm package chart
helm push chart-0.1.0.tgz oci://{r}/helm
helm show chart oci://{r}/helm/chart --version 0.1.0
cosign generate-key-pair
cosign sign --key cosign.key --tlog-upload=false --use-signing-config=false --yes {r}/team/app:1
cosign verify --key cosign.pub --insecure-ignore-tlog=true {r}/team/app:1
"""


@pytest.fixture
def scene(registry_scene: RegistryScene) -> RegistryScene:
    """With a file to push and something to build; Go's programs trust the emulator."""
    home = registry_scene.machine.home
    trust = {"SSL_CERT_FILE": registry_scene.emulator.ready.ca_file}
    registry_scene.machine.environment |= trust | {"COSIGN_PASSWORD": ""}
    (home / "file.txt").write_text("hello")
    (home / "context").mkdir()
    (home / "context/Containerfile").write_text(f"FROM {registry_scene.registry}/team/app:1\nLABEL a=b\n")
    if shutil.which("helm"):  # whose own file comes first, once there is a helper for everything on PATH
        registry_scene.machine.run("keyturn", "setup", "docker", status=0)
    return registry_scene


@pytest.mark.parametrize("calls", [DEBIANS, pytest.param(BUILT, marks=pytest.mark.long)], ids=["Debian's", "built"])
def test_all_of_them(calls: str, scene: RegistryScene) -> None:
    scene.push()
    with tempfile.TemporaryDirectory(prefix="kt-", ignore_cleanup_errors=True) as short:  # podman's limit is 50
        store = f"--root {scene.machine.home}/store --runroot {short} --storage-driver vfs"
        for line in calls.strip().splitlines():
            program, *arguments = line.format(r=scene.registry, store=store).split()
            scene.machine.run(need(program), *arguments, status=0)
    assert scene.count("registry.exchange.issued") == 1
    assert scene.helper().stdout.count(NULL_GUID) == 1


@pytest.mark.long
@pytest.mark.parametrize("logout", ["crane auth logout", "oras logout"])
def test_a_logout_that_reaches_keyturn(logout: str, scene: RegistryScene) -> None:
    first = scene.secret()
    program, *arguments = logout.split()
    scene.machine.run(need(program), *arguments, scene.registry, status=0)
    assert scene.secret() != first
