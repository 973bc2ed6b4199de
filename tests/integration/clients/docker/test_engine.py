"""A docker engine of a test's own, over TLS to a registry by Azure's name: reference/docker.md's rows for docker."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from support.needs import need
from support.scenes.asked import Asked
from support.scenes.engine import Engine
from support.scenes.registry import LOGIN_SERVER, OTHER, RegistryScene, named_registry, named_scene

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

__all__ = ["named_registry", "named_scene"]

pytestmark = pytest.mark.root

IMAGE = f"{LOGIN_SERVER}/team/app:1"
COPY = f"{LOGIN_SERVER}/team/copy:1"
BY_DOCKER_PY = f"""
import docker

client = docker.from_env()
client.images.pull("{IMAGE}")
client.images.build(path="context", tag="{COPY}")
said = list(client.images.push("{COPY}", stream=True, decode=True))
assert not [line for line in said if "error" in line], said
"""


@pytest.fixture
def scene(named_scene: RegistryScene) -> Iterator[RegistryScene]:
    """Where `docker` is the engine's, there is one image in the registry, and no token is held yet."""
    environment = named_scene.machine.environment
    named_scene.push("team/app:1", "--format", "v2s2")
    with Engine({name: environment[name] for name in ("HTTPS_PROXY", "SSL_CERT_FILE")}) as engine:
        environment["DOCKER_HOST"] = engine.host
        yield named_scene


@pytest.fixture
def asked(scene: RegistryScene) -> Asked:
    return Asked(scene.machine)


def debians(scene: RegistryScene, *argv: str, **environment: Any) -> subprocess.CompletedProcess[str]:
    """Run the docker of the engine's own package, which has BuildKit's client in it."""
    program = need("docker", "/usr/bin")
    return scene.machine.run(program, *argv, status=0, **environment)


def test_pull_push_login_logout(scene: RegistryScene, asked: Asked) -> None:
    scene.emulator.control.settings(registry_data_endpoint=True)
    scene.docker("pull", IMAGE)
    scene.docker("tag", IMAGE, COPY)
    scene.docker("push", COPY)
    assert asked.since() == [f"get {LOGIN_SERVER}"] * 2
    assert "Login Succeeded" in scene.docker("login", LOGIN_SERVER).stdout
    assert asked.since() == [f"get {LOGIN_SERVER}", "store"]
    scene.emulator.control.revoke_registry()
    scene.docker("push", COPY, status=1)
    scene.docker("logout", LOGIN_SERVER)
    assert set(asked.since()[1:]) == {f"erase {LOGIN_SERVER}"}
    scene.docker("push", COPY)
    assert scene.count("registry.exchange") == 2
    assert scene.count("registry.data.refused") == 0


def test_a_public_registry_needs_nobody_to_be_signed_in(scene: RegistryScene) -> None:
    scene.emulator.control.settings(registry_anonymous_pull=True)
    scene.machine.run("keyturn", "logout", "ci", status=0)
    assert "keyturn: hint: keyturn secret set ci" in scene.docker("pull", IMAGE).stderr


def test_a_pull_tells_why_there_is_no_token(scene: RegistryScene) -> None:
    scene.machine.run("keyturn", "logout", "ci", status=0)
    failed = scene.docker("pull", IMAGE, status=1)
    assert "profile ci has no client secret yet\nkeyturn: hint: keyturn secret set ci" in failed.stderr


@pytest.fixture
def context(scene: RegistryScene) -> RegistryScene:
    """With something to build, and a second registry to ask for."""
    scene.know_another()
    place = scene.machine.home / "context"
    place.mkdir()
    (place / "Dockerfile").write_text(f"FROM {IMAGE}\nCOPY Dockerfile /\nLABEL a=b\n")
    return scene


@pytest.mark.parametrize("buildkit", ["0", "1"])
def test_a_build_asks_for_the_registries_it_needs(buildkit: str, context: RegistryScene, asked: Asked) -> None:
    """The classic builder asks for every registry; BuildKit for that of the build alone."""
    debians(context, "build", "--tag", COPY, "context", DOCKER_BUILDKIT=buildkit)
    assert set(asked.since()) == {f"get {LOGIN_SERVER}", *([f"get {OTHER}"] if buildkit == "0" else [])}
    debians(context, "push", COPY)
    assert context.count("registry.exchange") == 1


def test_docker_py_asks_for_every_registry_and_ends_at_none(context: RegistryScene, asked: Asked) -> None:
    """An answer that is neither a token nor "not found" would end its builds, whichever registry it is for."""
    context.machine.run(sys.executable, "-c", BY_DOCKER_PY, status=0)
    calls = asked.since()
    assert calls.count(f"get {OTHER}") == 1
    assert calls.count(f"get {LOGIN_SERVER}") == 3
    assert context.count("registry.exchange") == 1


@pytest.mark.long
def test_buildx_and_compose(context: RegistryScene, asked: Asked) -> None:
    """Each asks for the registry of its images alone, once for a pull, and again for a push."""
    home = context.machine.home
    plugins = home / ".docker/cli-plugins"
    plugins.mkdir()
    for plugin in ("docker-buildx", "docker-compose"):
        (plugins / plugin).symlink_to(need(plugin))
    (home / "compose.yaml").write_text(f'services: {{app: {{image: "{COPY}", build: context}}}}\n')
    for line, times in (
        (f"buildx build --tag {COPY} context", 1),
        (f"buildx build --push --tag {COPY} context", 2),
        (f"buildx imagetools create --tag {LOGIN_SERVER}/team/tagged:1 {COPY}", 1),
        ("compose pull", 1),
        ("compose push", 1),
        ("compose config --resolve-image-digests", 1),
    ):
        context.docker(*line.split())
        assert asked.since() == [f"get {LOGIN_SERVER}"] * times, line
    assert context.count("registry.exchange") == 1
