"""`keyturn setup docker`: what it writes, where, and for which registries."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest

from support.needs import need
from support.scenes.asked import Asked
from support.scenes.setup.docker_files import (
    OURS,
    configured,
    docker_file,
    everything,
    helpers,
    podman_file,
    with_programs,
    write,
)

if TYPE_CHECKING:
    from pathlib import Path

    from support.machine.machine import Machine

__all__ = ["configured", "docker_file", "podman_file"]


def test_every_docker_target_is_written_into_both_files(
    configured: Machine, docker_file: Path, podman_file: Path
) -> None:
    done = configured.run("keyturn", "setup", "docker", status=0)
    assert helpers(docker_file) == helpers(podman_file) == OURS
    assert done.stderr == ""
    assert done.stdout.count("\n") == 4
    for file in (docker_file, podman_file):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert f'keyturn: {file}: "credHelpers": {{"contoso.azurecr.io": "keyturn"}}\n' in done.stdout


def test_one_host_in_any_spelling(configured: Machine, docker_file: Path) -> None:
    configured.run("keyturn", "setup", "docker", "https://Contoso.azurecr.io/", status=0)
    assert helpers(docker_file) == {"contoso.azurecr.io": "keyturn"}


def test_a_second_setup_changes_nothing(configured: Machine) -> None:
    configured.run("keyturn", "setup", "docker", status=0)
    before = everything(configured)
    assert configured.json("setup", "docker")["changes"] == []
    assert everything(configured) == before


@pytest.mark.parametrize("undo", [False, True])
def test_dry_run_changes_nothing_and_says_what_it_would(undo: bool, configured: Machine, docker_file: Path) -> None:  # noqa: FBT001 - a parameter
    options = ["--undo"] if undo else []
    if undo:
        configured.run("keyturn", "setup", "docker", status=0)
    before = everything(configured)
    told = configured.run("keyturn", "setup", "docker", *options, "--dry-run", status=0)
    dry = configured.json("setup", "docker", *options, "--dry-run")
    assert everything(configured) == before
    assert told.stdout.count("keyturn: would change ") == len(dry["changes"]) == 4
    done = configured.json("setup", "docker", *options)
    assert done["changes"] == dry["changes"]
    assert done["changes"][0] == {
        "file": str(docker_file),
        "registry": "contoso.azurecr.io",
        "before": "keyturn" if undo else None,
        "after": None if undo else "keyturn",
    }


def test_other_places_by_their_variables(configured: Machine, docker_file: Path, podman_file: Path) -> None:
    there, config_home = configured.home / "there", configured.home / "config"
    config_home.mkdir()
    configured.run(
        "keyturn", "setup", "docker", status=0,
        DOCKER_CONFIG=str(there), XDG_CONFIG_HOME=str(config_home), KEYTURN_CONFIG=str(configured.config_file),
    )  # fmt: skip
    assert helpers(there / "config.json") == helpers(config_home / "containers/auth.json") == OURS
    assert not docker_file.exists()
    assert not podman_file.exists()


@pytest.mark.parametrize(
    ("programs", "store"),
    [
        (("docker-credential-secretservice",), "secretservice"),
        (("docker-credential-secretservice", "docker-credential-pass", "pass"), "pass"),
        (("docker-credential-secretservice", "pass"), None),
        ((), None),
    ],
)
def test_dockers_default_store_is_kept(
    programs: tuple[str, ...], store: str | None, configured: Machine, docker_file: Path, podman_file: Path
) -> None:
    path = with_programs(configured, *programs)
    lacks = configured.run("keyturn", "setup", "--check", "docker", status=1, PATH=path).stdout
    assert f"keyturn: docker does not ask keyturn for contoso.azurecr.io ({docker_file})\n" in lacks
    assert (f'{docker_file} lacks "credsStore": "{store}"\n' in lacks) == (store is not None)
    told = configured.run("keyturn", "setup", "docker", status=0, PATH=path).stdout
    assert (f'"credsStore": "{store}", as docker chooses by itself until now\n' in told) == (store is not None)
    assert json.loads(docker_file.read_bytes()).get("credsStore") == store
    assert "credsStore" not in podman_file.read_text(encoding="ascii")
    configured.run("keyturn", "setup", "docker", "--undo", status=0, PATH=path)
    assert not docker_file.parent.exists()
    assert not podman_file.parent.exists()
    assert configured.config.exists()
    assert not (configured.state / "setup-docker.json").exists()


@pytest.mark.parametrize(
    "text",
    ['{"auths": {"x": {}}}', '{"credsStore": "desktop"}', '{"credHelpers": {"x": "y"}}', '{"CredsStore": "desktop"}',
     '{"Auths": {"x": {}}}'],
)  # fmt: skip
def test_a_file_in_which_docker_has_chosen_already_gets_no_store(
    text: str, configured: Machine, docker_file: Path
) -> None:
    before = write(docker_file, text)
    path = with_programs(configured, "docker-credential-secretservice")
    configured.run("keyturn", "setup", "docker", status=0, PATH=path)
    assert "secretservice" not in docker_file.read_text(encoding="ascii")
    configured.run("keyturn", "setup", "docker", "--undo", status=0, PATH=path)
    assert docker_file.read_bytes() == before


def test_helms_file_is_covered_where_helm_is(configured: Machine) -> None:
    path = with_programs(configured, "helm")
    helm_file = configured.home / ".config/helm/registry/config.json"
    configured.run("keyturn", "setup", "docker", status=0, PATH=path)
    assert helpers(helm_file) == OURS
    configured.run("keyturn", "setup", "docker", "--undo", status=0)
    assert not helm_file.exists()
    configured.run("keyturn", "setup", "docker", status=0, PATH=with_programs(configured).partition(":")[2])
    assert not helm_file.exists()


def test_the_file_that_a_variable_names_is_written_too_and_told(configured: Machine, podman_file: Path) -> None:
    named = configured.home / "named.json"
    told = configured.run("keyturn", "setup", "docker", status=0, REGISTRY_AUTH_FILE=str(named))
    assert helpers(named) == helpers(podman_file) == OURS
    assert f"keyturn: warning: {named} counts only where REGISTRY_AUTH_FILE is set as it is here\n" in told.stderr


def test_one_drop_in_for_all_registries_of_podman_and_skopeo(configured: Machine, docker_file: Path) -> None:
    """A real skopeo asks us for whatever it meets, and its logout reaches us."""
    skopeo = need("skopeo")
    directory = configured.home / ".config/containers/registries.conf.d"
    write(directory / "10-other.conf", 'credential-helpers = ["containers-auth.json", "other"]\n')
    told = configured.run("keyturn", "setup", "docker", "--registries-conf", status=0).stdout
    drop_in = directory / "50-keyturn.conf"
    assert f"keyturn: {drop_in}: credential-helpers names keyturn\n" in told
    assert 'credential-helpers = ["containers-auth.json", "other", "keyturn"]' in drop_in.read_text()
    (directory / "10-other.conf").unlink()
    again = configured.run("keyturn", "setup", "docker", status=0).stdout
    assert f"keyturn: {drop_in}: credential-helpers names keyturn\n" in again, "kept as it has to be"
    asked = Asked(configured)
    assert configured.run(skopeo, "inspect", "docker://127.0.0.1:1/none").returncode != 0
    configured.run(skopeo, "logout", "contoso.azurecr.io")
    assert asked.since() == ["get 127.0.0.1:1", "erase contoso.azurecr.io"]
    configured.run("keyturn", "setup", "docker", "--undo", status=0)
    assert not drop_in.exists()


def test_the_drop_in_is_found_where_the_configuration_has_another_home(configured: Machine) -> None:
    """Skopeo 1.9 reads ~/.config all the same, a later one the other: each finds it."""
    elsewhere, ours = configured.home / "elsewhere", str(configured.config_file)
    elsewhere.mkdir()

    def run(*words: str, status: int | None = 0) -> None:
        configured.run(*words, status=status, XDG_CONFIG_HOME=str(elsewhere), KEYTURN_CONFIG=ours)

    run("keyturn", "setup", "docker", "--registries-conf")
    asked = Asked(configured)
    run(need("skopeo"), "inspect", "docker://127.0.0.1:1/none", status=None)
    assert asked.since() == ["get 127.0.0.1:1"]
    run("keyturn", "setup", "--check", "docker")
    assert len(list(configured.home.rglob("50-keyturn.conf"))) == 2
    run("keyturn", "setup", "docker", "--undo")
    assert not list(configured.home.rglob("50-keyturn.conf"))
