"""`keyturn setup docker`: the way back, and what is somebody else's by then."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from support.scenes.setup.docker_files import (
    CONFIG,
    OURS,
    configured,
    docker_file,
    helpers,
    podman_file,
    with_programs,
    write,
)

if TYPE_CHECKING:
    from pathlib import Path

    from support.machine.machine import Machine

__all__ = ["configured", "docker_file", "podman_file"]


def test_undo_leaves_the_files_as_they_were(configured: Machine, docker_file: Path, podman_file: Path) -> None:
    login = '"auths": {"https://index.docker.io/v1/": {"auth": "cGxhbnRlZA=="}}'
    text = f'{{\n  {login},\n  "credHelpers": {{"contoso.azurecr.io": "acr-env"}}\n}}'
    before = write(docker_file, text), write(podman_file, "{}")
    done = configured.run("keyturn", "setup", "docker", status=0)
    assert 'instead of "acr-env"' in done.stdout
    assert "cGxhbnRlZA" not in done.stdout
    assert helpers(docker_file) == helpers(podman_file) == OURS
    configured.run("keyturn", "setup", "docker", status=0)  # once more: what it replaced is still known
    configured.config_file.unlink()
    configured.run("keyturn", "setup", "docker", "--undo", status=0)
    assert (docker_file.read_bytes(), podman_file.read_bytes()) == before
    assert not (configured.state / "setup-docker.json").exists() or "acr-env" not in (
        configured.state / "setup-docker.json"
    ).read_text(encoding="ascii")
    again = configured.run("keyturn", "setup", "docker", "--undo", status=0)
    assert again.stdout == "keyturn: docker: nothing to change\n"


def test_undo_of_one_host(configured: Machine, docker_file: Path) -> None:
    configured.run("keyturn", "setup", "docker", status=0)
    configured.run("keyturn", "setup", "docker", "--undo", "registry.example:8443", status=0)
    assert helpers(docker_file) == {"contoso.azurecr.io": "keyturn"}


def test_undo_leaves_what_somebody_else_has_put_there_since(configured: Machine, docker_file: Path) -> None:
    configured.run("keyturn", "setup", "docker", status=0)
    write(docker_file, docker_file.read_text().replace('"keyturn"', '"desktop"', 1))
    configured.run("keyturn", "setup", "docker", "--undo", status=0)
    assert helpers(docker_file) == {"contoso.azurecr.io": "desktop"}


def test_a_directory_that_others_use_by_now_stays(configured: Machine, docker_file: Path) -> None:
    configured.run("keyturn", "setup", "docker", status=0)
    (docker_file.parent / "contexts").mkdir()
    configured.run("keyturn", "setup", "docker", "--undo", status=0)
    assert [path.name for path in docker_file.parent.iterdir()] == ["contexts"]


def test_a_store_that_keeps_a_login_by_now_stays(configured: Machine, docker_file: Path) -> None:
    path = with_programs(configured, "docker-credential-secretservice")
    configured.run("keyturn", "setup", "docker", status=0, PATH=path)
    document = json.loads(docker_file.read_bytes()) | {"auths": {"private.example": {}}}
    write(docker_file, json.dumps(document))
    configured.run("keyturn", "setup", "docker", "--undo", status=0, PATH=path)
    assert json.loads(docker_file.read_bytes()) == {
        "credsStore": "secretservice", "auths": {"private.example": {}},
    }  # fmt: skip


def test_an_abandoned_helper_is_replaced_and_comes_back(configured: Machine, docker_file: Path) -> None:
    before = write(docker_file, '{"credHelpers": {"contoso.azurecr.io": "acr-env"}}\n')
    configured.run("keyturn", "setup", "docker", status=0)
    assert helpers(docker_file) == OURS
    configured.run("keyturn", "setup", "docker", "--undo", status=0)
    assert docker_file.read_bytes() == before


def test_what_is_no_target_any_more_is_given_back(configured: Machine, docker_file: Path, podman_file: Path) -> None:
    """Else docker would ask us for a registry that we say "not found" to, and never the helper of before."""
    before = write(docker_file, '{"credHelpers": {"registry.example:8443": "acr-env"}}\n'), write(podman_file, "{}\n")
    configured.run("keyturn", "setup", "docker", "--registries-conf", status=0)
    configured.run("keyturn", "target", "remove", "registry.example:8443", status=0)
    lack = f"docker still asks keyturn for registry.example:8443, which is no target any more ({docker_file})\n"
    assert lack in configured.run("keyturn", "setup", "--check", status=1).stdout
    told = f'{docker_file}: "credHelpers": {{"registry.example:8443": "acr-env"}} instead of "keyturn"\n'
    assert told in configured.run("keyturn", "setup", "docker", status=0).stdout
    assert helpers(docker_file) == {"registry.example:8443": "acr-env", "contoso.azurecr.io": "keyturn"}
    configured.run("keyturn", "setup", "--check", status=0)
    configured.run("keyturn", "target", "remove", "contoso.azurecr.io", status=0)
    told = configured.run("keyturn", "setup", "--check", status=1).stdout
    undo = "keyturn setup docker --undo"
    assert told == f"keyturn: docker has no target any more, and still asks keyturn (no longer after: {undo})\n"
    configured.run("keyturn", "setup", status=0)
    assert (docker_file.read_bytes(), podman_file.read_bytes()) == before
    assert not (podman_file.parent / "registries.conf.d").exists()
    configured.run("keyturn", "setup", "--check", status=0)


def test_files_of_others_that_cannot_be_read_are_nothing_to_take_back(machine: Machine, docker_file: Path) -> None:
    machine.configure(CONFIG.partition("[targets.docker]")[0])
    write(docker_file, "{")
    machine.run("keyturn", "setup", status=0)
