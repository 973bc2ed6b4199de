"""docker-credential-keyturn as clients start it: every operation, and the habits that reference/docker.md lists."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from support.scenes.docker_helper import NOT_FOUND, cold
from support.scenes.registry import HELPER, LOGIN_SERVER, NULL_GUID, RegistryScene, registry_scene

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator
    from support.machine.machine import Machine

__all__ = ["cold", "registry_scene"]


LOGIN = json.dumps({"ServerURL": "{server}", "Username": "<token>", "Secret": "planted-by-login"})


def stored(server: str) -> str:
    """What docker sends to `store`, escaped as Go does."""
    return LOGIN.replace("{server}", server).replace("<", "\\u003c").replace(">", "\\u003e")


def spellings(registry: str) -> list[str]:
    """The one registry, as its many clients name it."""
    return [
        registry, f"{registry}\n", f"https://{registry}", f"https://{registry}/", f"http://{registry}",
        f"https://{registry}/v2/", f"{registry}/team/app", f"  {registry}\r\n",
    ]  # fmt: skip


def hostile(registry: str) -> list[str]:
    """Names that merely look like `registry`, or like one of Azure's."""
    host, _, port = registry.partition(":")
    return [
        f"{host}.evil.example:{port}", f"x{registry}", f"evil@{registry}", f"evil:pw@{registry}",
        f"{host}:{port}@evil",
        f"{host}.:{port}", f".{registry}", f"{host}..:{port}", f"{host}:0{port}", f"{host}:{int(port) - 1}", host,
        f"{registry}?x", f"{registry}#x", f"{registry}\\evil", f"{registry}%2eevil", f"evil?{registry}",
        f"evil#{registry}", f"{registry}\x00", f"{registry}\nevil", f"{host}: {port}", f"ftp://{registry}",
        f"https://https://{registry}", f"//{registry}", f"[::1]:{port}", f"localhost:{port}", f"\u0131{registry}",
        f"{LOGIN_SERVER}.evil.example", f"evil.example/{registry}", f"{registry}/../evil", f"{registry}/%2e%2e",
        "\ud800", "*", "a" * 70_000,
    ]  # fmt: skip


def test_get_answers_one_line_of_json_and_nothing_else(registry_scene: RegistryScene) -> None:
    for name in spellings(registry_scene.registry):
        done = registry_scene.helper(body=name)
        assert (done.returncode, done.stderr, done.stdout.count("\n")) == (0, "", 1), name
        answer = json.loads(done.stdout)
        assert answer["Username"] == NULL_GUID
        assert set(answer) == {"ServerURL", "Username", "Secret"}
    assert registry_scene.count("registry.exchange") == 1


def test_get_of_a_hostile_name_sends_nothing(registry_scene: RegistryScene) -> None:
    registry_scene.emulator.control.reset()
    for name in hostile(registry_scene.registry):
        done = registry_scene.helper(body=name.encode("utf-8", "surrogatepass"))
        assert (done.returncode, done.stdout, done.stderr) == (1, NOT_FOUND, ""), name[:80]
    assert registry_scene.emulator.control.counts() == {}
    assert registry_scene.machine.json("status")["acquisitions"]["started"] == 0
    assert registry_scene.secret()  # the right name still gets its token


def test_what_is_not_ours_starts_no_daemon(cold: RegistryScene) -> None:
    for name in [*hostile(cold.registry)[::4], "https://index.docker.io/v1/", "docker.io", "ghcr.io"]:
        done = cold.helper(body=name.encode("utf-8", "surrogatepass"))
        assert (done.returncode, done.stdout, done.stderr) == (1, NOT_FOUND, ""), name[:80]
    for name in ("", "\n", " \r\n"):
        done = cold.helper(body=name)
        assert (done.returncode, done.stdout, done.stderr) == (1, "no credentials server URL\n", "")
    cold.helper("store", stored("ghcr.io"))
    for operation, body in (("erase", "ghcr.io"), ("list", "unused"), ("version", "")):
        assert cold.helper(operation, body).returncode == 0
    assert cold.machine.daemon_pid() is None
    assert not cold.machine.state.exists()
    assert cold.emulator.control.counts() == {}


def test_without_a_configuration_nothing_is_ours(machine: Machine) -> None:
    done = machine.run(HELPER, "get", input=LOGIN_SERVER)
    assert (done.returncode, done.stdout, done.stderr) == (1, NOT_FOUND, "")
    assert machine.run(HELPER, "list", input="unused", status=0).stdout == "{}\n"


@pytest.mark.parametrize("running", [True, False])
def test_list_names_the_targets(running: bool, machine: Machine, emulator: Emulator) -> None:  # noqa: FBT001 - a parameter
    scene = RegistryScene(machine, emulator)
    if running:
        scene.entrust()
    done = scene.helper("list", "unused")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {scene.registry: NULL_GUID}
    assert emulator.control.counts() == {}


@pytest.mark.parametrize("running", [True, False])
def test_version_is_name_package_and_number(running: bool, machine: Machine, emulator: Emulator) -> None:  # noqa: FBT001 - a parameter
    scene = RegistryScene(machine, emulator)
    if running:
        scene.entrust()
    done = scene.helper("version", "")
    name, package, _ = done.stdout.split(" ")
    assert (done.returncode, name, package, done.stderr) == (0, HELPER, "(keyturn)", "")


@pytest.mark.parametrize("running", [True, False])
def test_store_is_accepted_for_our_registries_and_keeps_nothing(
    running: bool,  # noqa: FBT001 - a parameter
    machine: Machine,
    emulator: Emulator,
) -> None:
    scene = RegistryScene(machine, emulator)
    if running:
        scene.entrust()
    for name in (scene.registry, f"https://{scene.registry}"):
        done = scene.helper("store", stored(name))
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    for file in (path for path in machine.home.rglob("*") if path.is_file()):
        assert b"planted-by-login" not in file.read_bytes(), file


@pytest.mark.parametrize("body", [stored("ghcr.io"), stored("https://index.docker.io/v1/"), "{}", "no JSON"])
def test_store_of_what_is_not_ours_is_refused_or_a_password_were_lost(
    body: str, registry_scene: RegistryScene
) -> None:
    done = registry_scene.helper("store", body)
    assert done.returncode != 0
    assert done.stdout.startswith("keyturn")
    assert "planted" not in done.stdout + done.stderr


def test_erase_is_always_fine_and_the_next_token_a_new_one(registry_scene: RegistryScene) -> None:
    first = registry_scene.secret()
    for name in ("ghcr.io", "", registry_scene.registry, f"http://{registry_scene.registry}"):
        done = registry_scene.helper("erase", name)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    second = registry_scene.secret()
    assert second != first
    registry_scene.helper("erase")
    assert registry_scene.secret() == second  # at most one in a minute, however often somebody logs out
    assert registry_scene.count("registry.exchange") == 2


def test_erase_reaches_a_token_that_only_the_vault_holds(registry_scene: RegistryScene) -> None:
    first = registry_scene.secret()
    registry_scene.machine.kill_daemon()
    registry_scene.helper("erase")
    assert registry_scene.secret() != first


def test_a_revoked_token_is_replaced_after_a_logout(registry_scene: RegistryScene) -> None:
    """No client says that a token was refused (reference/docker.md section 1); a person can, by docker's logout."""
    scene = registry_scene
    scene.push()
    scene.emulator.control.revoke_registry()
    scene.push(status=1)
    scene.docker("logout", scene.registry)
    scene.push()
    assert scene.count("registry.exchange") == 2


def test_a_verb_renews_what_no_client_can_say_was_refused(registry_scene: RegistryScene) -> None:
    machine, registry = registry_scene.machine, registry_scene.registry
    first = registry_scene.secret()
    renewed = machine.run("keyturn", "token", "ci", "--registry", registry, "--renew", status=0).stdout
    assert renewed.strip() == registry_scene.secret() != first
    again = machine.run("keyturn", "token", "ci", "--registry", registry, status=0).stdout
    assert again == renewed


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--registry", "ghcr.io"], "is no docker target of profile ci"),
        (["--format=header", "--registry", "library/ubuntu"], "token ci --format=header --registry {}\n"),
        (["--registry", "REGISTRY", "--scope", "x"], "a registry and an audience or scopes at once"),
    ],
)
def test_a_verb_gives_no_token_of_another_registry(
    arguments: list[str], sentence: str, registry_scene: RegistryScene
) -> None:
    named = [registry_scene.registry if word == "REGISTRY" else word for word in arguments]
    refused = registry_scene.machine.run("keyturn", "token", "ci", *named)
    assert sentence.format(registry_scene.registry) in refused.stderr
    assert (refused.returncode != 0, refused.stdout) == (True, "")
    assert registry_scene.count("registry.exchange") == 0


@pytest.mark.parametrize("words", [[], ["frobnicate"], ["get", "store-all"]])
def test_the_twin_speaks_on_stdout_of_an_action_that_is_none(words: list[str], machine: Machine) -> None:
    done = machine.run("keyturn", "helper", "docker", *words, status=1)
    assert done.stdout.startswith("keyturn: ")
    assert done.stdout.endswith("; docker-credential-keyturn get|store|erase|list|version\n")
    assert "operation" in done.stderr


def test_docker_finds_the_helper_by_its_suffix_alone(registry_scene: RegistryScene) -> None:
    scene = registry_scene
    scene.push()
    image = f"{scene.registry}/team/app:1"
    scene.docker("manifest", "inspect", image)
    elsewhere = ":".join(
        place for place in scene.machine.environment["PATH"].split(":") if shutil.which(HELPER, path=place) is None
    )
    scene.docker("manifest", "inspect", image, status=1, PATH=elsewhere)
