"""What docker-credential-keyturn says where there is no token, and what its clients make of that."""

from __future__ import annotations

import json

import pytest

from support.scenes.docker_helper import NOT_FOUND, cold
from support.scenes.registry import HELPER, RegistryScene, registry_scene

__all__ = ["cold", "registry_scene"]


@pytest.mark.parametrize("tty", [False, True])
def test_nobody_is_ever_asked_to_sign_in(tty: bool, cold: RegistryScene) -> None:  # noqa: FBT001 - a parameter
    cold.machine.configure(cold.emulator.ready.config.replace(
        f'"{cold.registry}" = {{ profile = "ci"', f'"{cold.registry}" = {{ profile = "me"'
    ))  # fmt: skip
    done = cold.machine.run(HELPER, "get", input=cold.registry, tty=tty)
    assert (done.returncode, done.stdout) == (1, NOT_FOUND)
    assert "keyturn: error: nobody is signed in for profile me" in done.stderr
    assert "keyturn: hint: keyturn login me" in done.stderr
    assert cold.count("devicecode") == 0


def test_a_persons_sign_in_serves_docker_afterwards(cold: RegistryScene) -> None:
    cold.machine.configure(cold.emulator.ready.config.replace(
        f'"{cold.registry}" = {{ profile = "ci"', f'"{cold.registry}" = {{ profile = "me"'
    ))  # fmt: skip
    cold.emulator.control.settings(device_interval=0)
    with cold.machine.terminal("keyturn", "login", "me") as terminal:
        cold.emulator.control.approve(terminal.wait_for(r"enter the code (\S+)").group(1))
        assert terminal.end() == 0
    cold.machine.run("keyturn", "setup", "docker", status=0)
    cold.push()
    assert (cold.count("registry.exchange"), cold.count("token.issued.refresh_token")) == (1, 1)


def test_where_no_daemon_can_start_the_reason_is_on_both_streams(cold: RegistryScene) -> None:
    done = cold.machine.run(HELPER, "get", input=cold.registry, KEYTURN_STATE="/dev/null/state")
    assert done.returncode == 1
    assert done.stdout.startswith("keyturn: ")
    assert done.stdout.count("\n") == 1
    assert "keyturn: error: " in done.stderr
    assert done.stdout != NOT_FOUND


def test_skopeo_shows_the_reason(registry_scene: RegistryScene) -> None:
    registry_scene.machine.run("keyturn", "logout", "ci", status=0)
    failed = registry_scene.push(status=1)
    told = "keyturn: error: profile ci has no client secret yet\nkeyturn: hint: keyturn secret set ci\n"
    assert told in failed.stderr


@pytest.mark.parametrize("running", [True, False])
def test_a_configuration_that_cannot_be_read_does_not_end_pulls_of_others(
    running: bool,  # noqa: FBT001 - a parameter
    cold: RegistryScene,
) -> None:
    if running:
        cold.entrust()
    cold.machine.config_file.write_text("[profile.me\n", encoding="ascii")
    for name in (cold.registry, "ghcr.io"):
        done = cold.helper(body=name)
        assert (done.returncode, done.stdout) == (1, NOT_FOUND)
        assert done.stderr.count("\n") == 2
        assert done.stderr.startswith("keyturn: error: ")


@pytest.mark.parametrize("place", [".docker/config.json", ".config/containers/auth.json"])
def test_an_old_login_that_is_used_instead_is_told(place: str, registry_scene: RegistryScene) -> None:
    file = registry_scene.machine.home / place
    document = json.loads(file.read_bytes())
    document["auths"] = {registry_scene.registry: {"auth": "cGxhbnRlZDpwbGFudGVk"}}
    file.write_text(json.dumps(document), encoding="ascii")
    registry_scene.machine.run("keyturn", "logout", "ci", status=0)
    done = registry_scene.helper(body=f"https://{registry_scene.registry}/")
    assert f"some programs now use the login for {registry_scene.registry} in {file}\n" in done.stderr
    assert done.stdout == NOT_FOUND
    assert "cGxhbnRlZDpwbGFudGVk" not in done.stderr


def test_docker_shows_the_reason(registry_scene: RegistryScene) -> None:
    """Docker 28 goes on anonymously, and shows what the helper wrote on stderr only; 29 stops."""
    registry_scene.machine.run("keyturn", "logout", "ci", status=0)
    failed = registry_scene.docker("manifest", "inspect", f"{registry_scene.registry}/team/app:1", status=1)
    assert "profile ci has no client secret yet" in failed.stdout + failed.stderr
