"""`keyturn setup docker`, judged by the two files it writes, and by what is left after --undo."""

from __future__ import annotations

import json
import shutil
import stat
from typing import TYPE_CHECKING, Any

import pytest

from support.machine.machine import PROGRAMS
from support.needs import need
from support.scenes.asked import Asked

if TYPE_CHECKING:
    from pathlib import Path

    from support.machine.machine import Machine

CONFIG = """[profile.me]
provider = "entra"
flow = "device-code"
application_id = "11111111-2222-3333-4444-555555555555"
[targets.docker]
"contoso.azurecr.io" = "me"
"registry.example:8443" = { profile = "me", service = "acr" }
"""
REGISTRIES = ["contoso.azurecr.io", "registry.example:8443"]
OURS = dict.fromkeys(REGISTRIES, "keyturn")


@pytest.fixture
def configured(machine: Machine) -> Machine:
    """Whatever stores for passwords this machine has, docker would find none of them there."""
    machine.configure(CONFIG)
    machine.environment["PATH"] = str(PROGRAMS)
    return machine


@pytest.fixture
def docker_file(machine: Machine) -> Path:
    return machine.home / ".docker/config.json"


@pytest.fixture
def podman_file(machine: Machine) -> Path:
    return machine.home / ".config/containers/auth.json"


def helpers(file: Path) -> dict[str, Any] | None:
    found: dict[str, Any] | None = json.loads(file.read_bytes()).get("credHelpers")
    return found


def everything(machine: Machine) -> dict[Path, tuple[int, ...]]:
    """What would show that a file was written."""
    found = {path: path.lstat() for path in machine.home.rglob("*")}
    return {path: (status.st_ino, status.st_mtime_ns, status.st_size) for path, status in found.items()}


def write(file: Path, text: str) -> bytes:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.write_text(text)
    return file.read_bytes()


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


def with_programs(machine: Machine, *names: str) -> str:
    """A PATH on which these are found besides keyturn and kubectl, and no store of this machine's own."""
    place = machine.home / "programs"
    place.mkdir(exist_ok=True)
    for name in names:
        (place / name).write_text("#!/bin/sh\nexit 1\n", encoding="ascii")
        (place / name).chmod(0o755)
    return f"{place}:{PROGRAMS}"


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
    configured.run("keyturn", "setup", "docker", status=0, PATH=path)
    assert json.loads(docker_file.read_bytes()).get("credsStore") == store
    assert "credsStore" not in podman_file.read_text(encoding="ascii")
    configured.run("keyturn", "setup", "docker", "--undo", status=0, PATH=path)
    assert not docker_file.parent.exists()
    assert not podman_file.parent.exists()
    assert configured.config.exists()
    assert not (configured.state / "setup-docker.json").exists()


def test_a_directory_that_others_use_by_now_stays(configured: Machine, docker_file: Path) -> None:
    configured.run("keyturn", "setup", "docker", status=0)
    (docker_file.parent / "contexts").mkdir()
    configured.run("keyturn", "setup", "docker", "--undo", status=0)
    assert [path.name for path in docker_file.parent.iterdir()] == ["contexts"]


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


def test_a_store_that_keeps_a_login_by_now_stays(configured: Machine, docker_file: Path) -> None:
    path = with_programs(configured, "docker-credential-secretservice")
    configured.run("keyturn", "setup", "docker", status=0, PATH=path)
    document = json.loads(docker_file.read_bytes()) | {"auths": {"private.example": {}}}
    write(docker_file, json.dumps(document))
    configured.run("keyturn", "setup", "docker", "--undo", status=0, PATH=path)
    assert json.loads(docker_file.read_bytes()) == {
        "credsStore": "secretservice", "auths": {"private.example": {}},
    }  # fmt: skip


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


def test_an_abandoned_helper_is_replaced_and_comes_back(configured: Machine, docker_file: Path) -> None:
    before = write(docker_file, '{"credHelpers": {"contoso.azurecr.io": "acr-env"}}\n')
    configured.run("keyturn", "setup", "docker", status=0)
    assert helpers(docker_file) == OURS
    configured.run("keyturn", "setup", "docker", "--undo", status=0)
    assert docker_file.read_bytes() == before


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


def test_what_is_no_target_any_more_is_given_back(configured: Machine, docker_file: Path, podman_file: Path) -> None:
    """Else docker would ask us for a registry that we say "not found" to, and never the helper of before."""
    before = write(docker_file, '{"credHelpers": {"registry.example:8443": "acr-env"}}\n'), write(podman_file, "{}\n")
    configured.run("keyturn", "setup", "docker", "--registries-conf", status=0)
    configured.run("keyturn", "target", "remove", "registry.example:8443", status=0)
    told = f'{docker_file}: "credHelpers": {{"registry.example:8443": "acr-env"}} instead of "keyturn"\n'
    assert told in configured.run("keyturn", "setup", "--check", status=1).stdout
    assert told in configured.run("keyturn", "setup", "docker", status=0).stdout
    assert helpers(docker_file) == {"registry.example:8443": "acr-env", "contoso.azurecr.io": "keyturn"}
    configured.run("keyturn", "setup", "--check", status=0)
    configured.run("keyturn", "target", "remove", "contoso.azurecr.io", status=0)
    told = configured.run("keyturn", "setup", "--check", status=1).stdout
    assert told == "keyturn: docker has no target any more, and still asks keyturn\n"
    configured.run("keyturn", "setup", status=0)
    assert (docker_file.read_bytes(), podman_file.read_bytes()) == before
    assert not (podman_file.parent / "registries.conf.d").exists()
    configured.run("keyturn", "setup", "--check", status=0)


def test_check_notices_a_drop_in_that_is_not_as_it_has_to_be(configured: Machine, podman_file: Path) -> None:
    configured.run("keyturn", "setup", "docker", "--registries-conf", status=0)
    configured.run("keyturn", "setup", "--check", status=0)
    other = podman_file.parent / "registries.conf.d/10-other.conf"
    write(other, 'credential-helpers = ["containers-auth.json", "other"]\n')
    told = configured.run("keyturn", "setup", "--check", status=1).stdout
    assert told == f"keyturn: {other.with_name('50-keyturn.conf')}: credential-helpers names keyturn\n"


def test_files_of_others_that_cannot_be_read_are_nothing_to_take_back(machine: Machine, docker_file: Path) -> None:
    machine.configure(CONFIG.partition("[targets.docker]")[0])
    write(docker_file, "{")
    machine.run("keyturn", "setup", status=0)
