"""A daemon that has run out of descriptors: what it holds is given, what it lacks is told, and nothing leaks."""

from __future__ import annotations

import resource
from typing import TYPE_CHECKING

from support.scenes.scene import Scene, password_of, scene

if TYPE_CHECKING:
    from subprocess import CompletedProcess

__all__ = ["scene"]

ARM, GRAPH = "https://management.azure.com", "https://graph.microsoft.com"


def descriptors(scene: Scene) -> int:
    return int(scene.machine.json("status")["descriptors"])


def limit(scene: Scene, most: int) -> None:
    pid = scene.machine.daemon_pid()
    assert pid is not None
    hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)[1]
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (most, hard))


def fetch(scene: Scene, audience: str, status: int) -> CompletedProcess[str]:
    return scene.machine.run("keyturn", "token", "ci", "--audience", audience, status=status)


def test_a_configuration_that_cannot_be_read_for_a_moment_is_read_later(scene: Scene) -> None:
    token = password_of(scene.ask().stdout)
    limit(scene, descriptors(scene))  # as many as that answer took: a connection, and nothing beside it
    scene.machine.configure(f"{scene.config}# changed\n")
    refused = scene.machine.run("git-credential-keyturn", "--ours", "get", input=scene.attributes(), status=1)
    assert (
        "config.toml cannot be read: too many open files\nkeyturn: hint: keyturn daemon restart\n" in refused.stderr
    )
    limit(scene, 512)
    assert password_of(scene.ask().stdout) == token


def test_no_descriptor_is_left(scene: Scene) -> None:
    scene.machine.configure(
        scene.config.replace('flow = "client-secret"', f'flow = "client-secret"\naudiences = ["{ARM}", "{GRAPH}"]')
    )
    token = password_of(scene.ask().stdout)
    before = descriptors(scene)
    limit(scene, before + 8)
    for _ in range(3):
        assert "too few descriptors are left to start a process" in fetch(scene, ARM, 1).stderr
    assert password_of(scene.ask().stdout) == token
    limit(scene, 3)  # not even a connection can be taken
    waiting = scene.machine.start("git-credential-keyturn", "get")
    assert waiting.stdin is not None
    waiting.stdin.write(scene.attributes().encode())
    waiting.stdin.close()
    limit(scene, 512)
    assert waiting.stdout is not None
    assert password_of(waiting.stdout.read().decode()) == token
    assert waiting.wait() == 0
    fetch(scene, GRAPH, 0)  # the failure for the other is remembered for five seconds
    assert descriptors(scene) == before
