"""A machine on which docker, podman and skopeo ask keyturn for the emulator's registry."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from keyturn_emulator.launch import Emulator
from keyturn_emulator.registry.sample import write_image
from keyturn_emulator.serving.tunnels import Tunnels
from support.needs import need

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from support.machine.machine import Machine

HELPER = "docker-credential-keyturn"
LOGIN_SERVER = "contoso.azurecr.io"
OTHER = "fabrikam.azurecr.io"
"""Another registry, see `RegistryScene.know_another`."""
NULL_GUID = "00000000-0000-0000-0000-000000000000"
POLICY = '{"default": [{"type": "insecureAcceptAnything"}]}'
"""Without a policy.json skopeo copies nothing at all: whose signatures it shall check."""


class RegistryScene:
    """The machine, the emulator, and `keyturn setup docker` run between them; clients trust the emulator's CA.

    registry: the login server. image: a small image outside of it, in skopeo's words.
    """

    def __init__(self, machine: Machine, emulator: Emulator) -> None:
        self.machine, self.emulator = machine, emulator
        self.registry = emulator.ready.registry
        self.image = write_image(machine.home / "image")
        machine.configure(emulator.ready.config)
        self.containers = machine.home / ".config/containers"
        self._trust()

    def entrust(self) -> None:
        """Give the profile `ci` its secret, and docker and containers their helper."""
        secret = self.emulator.ready.clients["service"]["secret"]
        self.machine.run("keyturn", "secret", "set", "ci", "-", input=f"{secret}\n", status=0)
        self.machine.run("keyturn", "setup", "docker", status=0)

    def know_another(self) -> None:
        """A second target, for whose profile nobody is signed in: some clients ask for all that they know."""
        config = self.machine.config_file.read_text()
        more = config.replace("[targets.docker]\n", f'[targets.docker]\n"{OTHER}" = "me"\n')
        self.machine.config_file.write_text(more)
        self.machine.run("keyturn", "setup", "docker", status=0)

    def helper(self, operation: str = "get", body: str | bytes | None = None) -> subprocess.CompletedProcess[str]:
        """The helper as a client starts it; `body` defaults to the registry's name."""
        return self.machine.run(HELPER, operation, input=self.registry if body is None else body)

    def secret(self) -> str:
        """The refresh token that the helper gives."""
        answer: dict[str, str] = json.loads(self.helper().stdout)
        return answer["Secret"]

    def skopeo(self, *argv: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        """Run skopeo; it must end with `status`."""
        return self.machine.run(need("skopeo"), *argv, status=status)

    def push(self, name: str = "team/app:1", *options: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        """Copy the image to the registry with skopeo."""
        return self.skopeo("copy", *options, self.image, f"docker://{self.registry}/{name}", status=status)

    def docker(self, *argv: str, status: int = 0, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run docker's command line, with no engine to talk to; it must end with `status`."""
        return self.machine.run(need("docker"), *argv, status=status, **options)

    def count(self, name: str) -> int:
        """One of the emulator's counts."""
        return self.emulator.control.count(name)

    def _trust(self) -> None:
        certificates = self.containers / "certs.d" / self.registry
        certificates.mkdir(parents=True, mode=0o700)
        (certificates / "ca.crt").write_bytes(Path(self.emulator.ready.ca_file).read_bytes())
        (self.containers / "policy.json").write_text(POLICY)
        # There is no engine: docker shall not look for one of this machine's either.
        self.machine.environment["DOCKER_HOST"] = f"unix://{self.machine.home}/no-engine"


@pytest.fixture
def registry_scene(machine: Machine, emulator: Emulator) -> Iterator[RegistryScene]:
    """Set up, with the service principal's secret entrusted."""
    made = RegistryScene(machine, emulator)
    made.entrust()
    yield made
    # Unless root runs it, podman leaves a process behind that keeps its user's namespaces.
    if (machine.runtime / "libpod/tmp/pause.pid").exists():
        machine.run(need("podman"), "system", "migrate", status=0)


@pytest.fixture(scope="module")
def named_registry() -> Iterator[Emulator]:
    """An emulator whose registry goes by a name of Azure's own."""
    with Emulator(["--login-server", LOGIN_SERVER]) as running:
        yield running


@pytest.fixture
def named_scene(machine: Machine, named_registry: Emulator) -> Iterator[RegistryScene]:
    """Set up for that name. A proxy knows where it is, for every client and for keyturn, and trust is Go's default.

    Docker speaks plain HTTP to registries on the loopback (`docker manifest push`), so its tests need a name.
    """
    named_registry.control.reset()
    made = RegistryScene(machine, named_registry)
    with Tunnels({LOGIN_SERVER: named_registry.ready.registry_port}) as proxy:
        machine.environment |= {"HTTPS_PROXY": proxy.url, "SSL_CERT_FILE": named_registry.ready.ca_file}
        made.entrust()
        yield made
    assert set(proxy.asked) <= {f"{LOGIN_SERVER}:443"}
