"""What docker's helper says while Entra ID or the registry is out of order, and that nothing is sent twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.scenes.registry import RegistryScene, registry_scene

if TYPE_CHECKING:
    from subprocess import CompletedProcess

__all__ = ["registry_scene"]

LATER = "try again later"


def refused(scene: RegistryScene, status: int = 4) -> CompletedProcess[str]:
    """The helper's answer, which must tell on both streams why there is no token, and never "not found"."""
    done = scene.helper()
    assert done.returncode == status, done
    error, *hint = done.stderr.splitlines()
    spoken = [error.removeprefix("keyturn: error: "), *(line.removeprefix("keyturn: hint: ") for line in hint)]
    assert done.stdout == f"keyturn: {'; '.join(spoken)}\n"
    return done


@pytest.mark.parametrize("endpoint", ["token", "registry.exchange"])
@pytest.mark.parametrize(
    ("kind", "details"),
    [("status", {"status": 503}), ("malformed", {}), ("close", {}), ("status", {"status": 500, "body": "<html>"})],
)
def test_an_outage_passes(endpoint: str, kind: str, details: dict[str, Any], registry_scene: RegistryScene) -> None:
    registry_scene.emulator.control.fault(endpoint, kind, times=10, **details)
    assert LATER in refused(registry_scene).stdout
    registry_scene.emulator.control.clear_faults()
    registry_scene.machine.run("keyturn", "login", "ci", status=0)  # forgets the failure at once
    registry_scene.push()


def test_a_failure_is_shared_and_remembered_for_a_moment(registry_scene: RegistryScene) -> None:
    registry_scene.emulator.control.fault("registry.exchange", "status", times=10, status=401, body="{}")
    told = {refused(registry_scene, 1).stdout for _ in range(5)}
    assert len(told) == 1
    assert "AcrPull" in told.pop()
    assert registry_scene.count("registry.exchange") == 1


def test_a_registry_that_asks_for_patience_gets_it(registry_scene: RegistryScene) -> None:
    registry_scene.emulator.control.fault(
        "registry.exchange", "status", times=10, status=429, headers={"Retry-After": "100"}
    )
    assert "try again in 100 seconds" in refused(registry_scene).stdout
    refused(registry_scene)
    assert registry_scene.count("registry.exchange") == 1


def test_a_redirect_is_never_followed(registry_scene: RegistryScene) -> None:
    ready = registry_scene.emulator.ready
    registry_scene.emulator.control.fault("registry.exchange", "redirect", location=f"{ready.git}/oauth2/exchange")
    assert "which is never followed" in refused(registry_scene, 1).stdout
    counts = registry_scene.emulator.control.counts()
    assert "git" not in counts
    assert "unknown" not in counts


def test_a_hostile_realm_is_never_even_asked_for(registry_scene: RegistryScene) -> None:
    """It deceives clients, which then send there what they have; keyturn goes to the login server it was told."""
    evil = f'Bearer realm="{registry_scene.emulator.ready.git}/oauth2/token",service="{registry_scene.registry}"'
    control = registry_scene.emulator.control
    control.fault("registry.ping", "status", times=10, status=401, headers={"WWW-Authenticate": evil})
    assert registry_scene.secret()
    assert control.count("registry.ping") == 0
    assert control.count("fault.status") == 0


def test_an_answer_for_another_registry_is_not_handed_on(registry_scene: RegistryScene) -> None:
    body = '{"refresh_token": "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJldmlsIiwiZXhwIjo5OTk5OTk5OTk5fQ.c2ln"}'
    registry_scene.emulator.control.fault("registry.exchange", "status", status=200, body=body)
    assert "holds a refresh token for another registry" in refused(registry_scene).stdout


def test_a_held_token_outlives_an_outage(registry_scene: RegistryScene) -> None:
    registry_scene.push()
    for endpoint in ("token", "discovery", "registry.exchange"):
        registry_scene.emulator.control.fault(endpoint, "close", times=100)
    registry_scene.push("team/app:2")
    assert registry_scene.count("registry.exchange") == 1


def test_a_client_secret_that_was_changed(registry_scene: RegistryScene) -> None:
    registry_scene.emulator.control.change_secret()
    assert "Entra ID refused profile ci" in refused(registry_scene, 1).stdout
    assert registry_scene.count("registry.exchange") == 0
