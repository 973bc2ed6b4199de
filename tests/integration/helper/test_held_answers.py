"""What the daemon holds is told in the same bytes by the native helper and by its twin, whichever a client starts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from support.machine.machine import PROGRAMS
from support.needs import need
from support.scenes.cluster import ClusterScene, cluster_scene
from support.scenes.registry import NULL_GUID, RegistryScene, registry_scene
from support.scenes.scene import Scene, scene

if TYPE_CHECKING:
    from support.machine.machine import Machine

__all__ = ["cluster_scene", "registry_scene", "scene"]

APART = ("timeout", "60")
"""Each call has a parent of its own: one that asks kubectl's helper twice may have been refused, and gets another."""


def both(machine: Machine, family: str, *arguments: str, body: str = "") -> str:
    """What either writes to stdout; exit status and stderr have to be the same as well."""
    native = str(PROGRAMS / f"{family}-credential-keyturn")
    twin = (str(PROGRAMS / "keyturn"), "helper", family)
    told = [
        machine.run(need(APART[0]), *APART[1:], *program, *arguments, input=body) for program in ((native,), twin)
    ]
    answers = [(done.returncode, done.stdout, done.stderr) for done in told]
    assert answers[0] == answers[1]
    return told[0].stdout


def test_dockers(registry_scene: RegistryScene) -> None:
    machine, registry, secret = registry_scene.machine, registry_scene.registry, registry_scene.secret()
    for name in (registry, f"https://{registry}/v2/", f"{registry}/team/app"):
        told = json.loads(both(machine, "docker", "get", body=name))
        assert (told["Username"], told["Secret"]) == (NULL_GUID, secret)
    for name in ("ghcr.io", f"{registry}.evil.example", ""):
        both(machine, "docker", "get", body=name)
    assert json.loads(both(machine, "docker", "list", body="unused")) == {registry: NULL_GUID}
    assert both(machine, "docker", "version").startswith("docker-credential-keyturn (keyturn) ")
    for server in (registry, "ghcr.io"):
        both(machine, "docker", "store", body=json.dumps({"ServerURL": server, "Username": "u", "Secret": "planted"}))
        both(machine, "docker", "erase", body=server)


def test_gits_get(scene: Scene) -> None:
    scene.entrust()
    scene.ask()
    assert "password=" in both(scene.machine, "git", "get", body=scene.attributes())
    assert both(scene.machine, "git", "get", body="protocol=https\nhost=example.com\n") == ""


def test_kubectls_get_token(cluster_scene: ClusterScene) -> None:
    arguments = cluster_scene.stanza()["args"]
    answer = json.loads(both(cluster_scene.machine, "kube", *arguments))
    assert set(answer["status"]) == {"token", "expirationTimestamp"}
    assert cluster_scene.tokens_issued() == 1
