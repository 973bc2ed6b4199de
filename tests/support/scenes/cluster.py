"""A machine whose kubectl asks keyturn for the emulator's cluster, as a user would have set it up."""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from support.needs import need

if TYPE_CHECKING:
    from pathlib import Path
    from subprocess import CompletedProcess, Popen

    from keyturn_emulator.launch import Emulator
    from support.machine.machine import Machine
    from support.machine.terminal import Terminal

CONTEXT = "contoso-aks"
WHO_AM_I = '{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}'


class ClusterScene:
    """A machine, the emulator's cluster, and kubectl set up between them.

    The cluster is the service principal's (`ci`, whose secret is entrusted), or with `personal` the person's (`me`,
    who is not signed in).
    """

    def __init__(self, machine: Machine, emulator: Emulator, *, personal: bool = False) -> None:
        self.kubectl_program = need("kubectl")
        self.machine = machine
        self.emulator = emulator
        self.profile = "me" if personal else "ci"
        emulator.control.settings(device_interval=0)
        machine.configure(configuration(emulator, self.profile))
        self.kubeconfig = machine.home / ".kube/config"
        self.kubeconfig.parent.mkdir(mode=0o700)
        self.kubeconfig.write_text(emulator.ready.kubeconfig, encoding="ascii")

    def set_up(self, *options: str) -> CompletedProcess[str]:
        """Give `ci` its secret, and kubectl its helper."""
        secret = self.emulator.ready.clients["service"]["secret"]
        self.machine.run("keyturn", "secret", "set", "ci", "-", input=f"{secret}\n", status=0)
        return self.machine.run("keyturn", "setup", "kube", *options, status=0)

    def kubectl(self, *argv: str, status: int | None = 0, **options: Any) -> CompletedProcess[str]:
        """Run kubectl; it must end with `status`, if that is not None."""
        return self.machine.run(self.kubectl_program, *argv, status=status, **options)

    def start(self, *argv: str) -> Popen[bytes]:
        """Start kubectl."""
        return self.machine.start(self.kubectl_program, *argv)

    def at_terminal(self, *argv: str) -> Terminal:
        """Start kubectl at a terminal of its own, where somebody sits."""
        return self.machine.terminal(self.kubectl_program, *argv)

    def namespaces(self) -> list[str]:
        """What the cluster has, by kubectl's word."""
        return self.kubectl("get", "namespaces", "--output=name").stdout.split()

    def user(self) -> str:
        """Who the cluster takes us for. `auth whoami` came with kubectl 1.27; this every kubectl can."""
        review = self.kubectl(
            "create", "--raw=/apis/authentication.k8s.io/v1/selfsubjectreviews", "--filename=-", input=WHO_AM_I
        )
        return str(json.loads(review.stdout)["status"]["userInfo"]["username"])

    @property
    def tells_interactive(self) -> bool:
        """Whether this kubectl tells its plugin that somebody is there: Debian 12's does not yet."""
        shown = json.loads(self.kubectl("version", "--client", "--output=json").stdout)
        return int(shown["clientVersion"]["gitVersion"].split(".")[1]) >= 22  # `minor` is empty in some builds

    def tokens_issued(self) -> int:
        """How many requests for a token the emulator has seen."""
        return self.emulator.control.count("token")

    def stanza(self) -> dict[str, Any]:
        """The `exec` of the user that the context has now."""
        document = json.loads(self.kubectl("config", "view", "--raw", "--minify", "--output=json").stdout)
        stanza: dict[str, Any] = document["users"][0]["user"]["exec"]
        return stanza


def configuration(emulator: Emulator, profile: str) -> str:
    """The emulator's configuration with its cluster as the target of `profile`."""
    entry = f'"{emulator.ready.cluster}" = {{ profile = "%s"'
    assert entry % "ci" in emulator.ready.config
    return emulator.ready.config.replace(entry % "ci", entry % profile)


def exec_info(
    server: str | None = None, *, interactive: bool = False, version: str = "v1", authority: bytes = b"---"
) -> str:
    """KUBERNETES_EXEC_INFO as client-go writes it, with its newline. authority: the CA that the kubeconfig trusts."""
    spec: dict[str, Any] = {"interactive": interactive}
    if server is not None:
        spec["cluster"] = {
            "server": server,
            "certificate-authority-data": b64encode(authority).decode(),
            "config": None,
        }
    document = {"kind": "ExecCredential", "apiVersion": f"client.authentication.k8s.io/{version}", "spec": spec}
    return json.dumps(document, separators=(",", ":")) + "\n"


def record(state: Path, server: str, profile: str, authority: bytes = b"---", **trust: str) -> list[str]:
    """What `setup kube` leaves behind for `server`; the arguments of its stanza. authority: the kubeconfig's CA."""
    known = {"authority": sha256(authority).hexdigest() if authority else ""} | trust
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = state / "clusters.json"
    entries = json.loads(path.read_text("ascii")) if path.exists() else {}
    entries[server] = {"trust": known, "words": {profile: "the-word"}}
    path.write_text(json.dumps(entries), encoding="ascii")
    path.chmod(0o600)
    return ["--profile", profile, "--server", server, "--word", "the-word"]


@pytest.fixture
def cluster_scene(machine: Machine, emulator: Emulator) -> ClusterScene:
    """Set up for the service principal."""
    made = ClusterScene(machine, emulator)
    made.set_up()
    return made


@pytest.fixture
def personal_cluster(machine: Machine, emulator: Emulator) -> ClusterScene:
    """Set up for the person, who is not signed in."""
    made = ClusterScene(machine, emulator, personal=True)
    made.set_up()
    return made
