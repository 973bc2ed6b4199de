"""`keyturn setup docker`: what it tells of that it leaves alone, and what it refuses."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from support.machine.machine import PROGRAMS
from support.needs import need
from support.scenes.setup.docker_files import CONFIG, configured, docker_file, everything, podman_file, write

if TYPE_CHECKING:
    from pathlib import Path

    from support.machine.machine import Machine

__all__ = ["configured", "docker_file", "podman_file"]


def test_a_helper_that_docker_will_not_find_is_told(configured: Machine) -> None:
    place = configured.home / "else where"
    place.mkdir()
    for name in ("keyturn", "keyturn-python", "docker-credential-keyturn"):
        shutil.copy(PROGRAMS / name, place)
    path = "/usr/bin:/bin"
    told = configured.run(str(place / "keyturn"), "setup", "docker", "--dry-run", status=0, PATH=path).stderr
    sentence, hint = told.splitlines()
    assert sentence == "keyturn: warning: docker looks for docker-credential-keyturn on PATH, where it is not"
    line = hint.removeprefix("keyturn: hint: ")
    found = configured.run("/bin/sh", "-c", f"{line}; command -v docker-credential-keyturn", status=0, PATH=path)
    assert found.stdout == f"{place}/docker-credential-keyturn\n"


def test_another_helper_before_ours_on_path_is_told(configured: Machine) -> None:
    place = configured.home / "first"
    place.mkdir()
    other = place / "docker-credential-keyturn"
    other.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    path = f"{place}:{configured.environment['PATH']}"
    warnings = configured.json("setup", "docker", "--dry-run", PATH=path)["warnings"]
    assert [warning["sentence"].startswith(f"docker starts {other}") for warning in warnings] == [True]


def test_a_login_that_podman_finds_first_is_told(configured: Machine) -> None:
    write(configured.runtime / "containers/auth.json", '{"auths": {"contoso.azurecr.io": {"auth": "cGxhbnRlZA=="}}}')
    told = configured.run("keyturn", "setup", "docker", status=0).stderr
    assert "keyturn: warning: podman and skopeo take their login for contoso.azurecr.io from " in told
    assert "keyturn: hint: podman logout contoso.azurecr.io\n" in told
    assert "cGxhbnRlZA" not in told


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "is not the JSON that docker reads"),
        ("[]", "does not hold a JSON object"),
        ('{"credHelpers": {"x": 1}}', "has a credHelpers that does not name a helper for each registry"),
    ],
)
def test_a_file_that_cannot_be_read_is_left_alone_and_so_is_the_other(
    text: str, sentence: str, configured: Machine, docker_file: Path, podman_file: Path
) -> None:
    before = write(podman_file, text)
    refused = configured.run("keyturn", "setup", "docker", status=1)
    assert refused.stderr == (
        f"keyturn: error: {podman_file} {sentence}\nkeyturn: hint: python3 -m json.tool {podman_file}\n"
    )
    assert podman_file.read_bytes() == before
    assert not docker_file.exists()


def test_a_record_that_is_damaged_is_told(configured: Machine) -> None:
    write(configured.state / "setup-docker.json", "[")
    refused = configured.run("keyturn", "setup", "docker", "--undo", status=1)
    assert refused.stderr.endswith(f"keyturn: hint: rm {configured.state}/setup-docker.json\n")


@pytest.mark.parametrize("host", ["other.azurecr.io", "contoso.azurecr.io.evil.example", "registry.example"])
def test_a_host_that_is_no_target(host: str, configured: Machine) -> None:
    refused = configured.run("keyturn", "setup", "docker", host, status=2)
    assert f"{host} is no docker target" in refused.stderr


def test_a_host_that_is_none(configured: Machine) -> None:
    for undo in ([], ["--undo"]):
        refused = configured.run("keyturn", "setup", "docker", *undo, "alice:planted@contoso.azurecr.io", status=2)
        assert "planted" not in refused.stderr


def test_nothing_to_set_up(machine: Machine) -> None:
    refused = machine.run("keyturn", "setup", "docker", status=2)
    assert "there is no configuration: " in refused.stderr
    machine.configure(CONFIG.partition("[targets.docker]")[0])
    refused = machine.run("keyturn", "setup", "docker", status=2)
    assert "has no docker targets" in refused.stderr
    assert 'hint: add "REGISTRY.azurecr.io" = "me" to [targets.docker]' in refused.stderr
    write(machine.home / ".docker/config.json", '{"credHelpers": {"images.example": "acr"}}')
    refused = machine.run("keyturn", "setup", "docker", status=2)
    assert "hint: keyturn setup docker --discover\n" in refused.stderr
    assert "keyturn target add images.example me" in machine.run("keyturn", "setup", "docker", "--discover").stdout


@pytest.mark.parametrize("name", ["DOCKER_CONFIG", "DOCKER_AUTH_CONFIG"])
def test_variables_that_lead_docker_elsewhere_are_told(name: str, configured: Machine) -> None:
    login = json.dumps({"auths": {"contoso.azurecr.io": {"auth": "cGxhbnRlZA=="}}})
    value = login if name == "DOCKER_AUTH_CONFIG" else str(configured.home / "there")
    configured.environment[name] = value
    told = configured.run("keyturn", "setup", "docker", status=0).stderr
    assert [line for line in told.splitlines() if name in line and line.startswith("keyturn: warning: ")]
    assert "cGxhbnRlZA" not in told


def test_dockers_old_login_is_told_and_the_hint_removes_it(configured: Machine, docker_file: Path) -> None:
    write(docker_file, '{"auths": {"contoso.azurecr.io": {"auth": "cGxhbnRlZDpwbGFudGVk"}}}')
    told = configured.run("keyturn", "setup", "docker", status=0).stderr
    assert f"keyturn: warning: {docker_file} holds an old login for contoso.azurecr.io" in told
    hint = told.splitlines()[1].removeprefix("keyturn: hint: ")
    assert hint == "docker logout contoso.azurecr.io"
    configured.run(need("docker"), *hint.split()[1:], status=0)
    assert configured.run("keyturn", "setup", "docker", status=0).stderr == ""


def test_discover_proposes_what_is_no_target_and_changes_nothing(
    configured: Machine, docker_file: Path, podman_file: Path
) -> None:
    docker = {
        "auths": {
            "contoso.azurecr.io": {},
            "fabrikam.azurecr.io": {},
            "https://index.docker.io/v1/": {"auth": "eA=="},
        },
        "credHelpers": {"images.example": "acr-env", "other.example": "pass", "x.azurecr.io.evil.example": "pass"},
    }
    write(docker_file, json.dumps(docker))
    write(podman_file, json.dumps({"auths": {"federal.azurecr.us": {"auth": "eA=="}, "fabrikam.azurecr.io": {}}}))
    before = everything(configured)
    told = configured.run("keyturn", "setup", "docker", "--discover", status=0).stdout.splitlines()
    assert told == [
        "keyturn: run what you trust of this, and then `keyturn setup` again:",
        f"keyturn target add fabrikam.azurecr.io me  # in {docker_file}",
        f"keyturn target add images.example me --protocol docker --service acr  # asks acr-env, in {docker_file}",
        f"keyturn target add federal.azurecr.us me  # in {podman_file}",
    ]
    assert everything(configured) == before


def test_check_notices_a_drop_in_that_is_not_as_it_has_to_be(configured: Machine, podman_file: Path) -> None:
    configured.run("keyturn", "setup", "docker", "--registries-conf", status=0)
    configured.run("keyturn", "setup", "--check", status=0)
    other = podman_file.parent / "registries.conf.d/10-other.conf"
    write(other, 'credential-helpers = ["containers-auth.json", "other"]\n')
    told = configured.run("keyturn", "setup", "--check", status=1).stdout
    assert told == f"keyturn: {other.with_name('50-keyturn.conf')} is not as it has to be\n"
