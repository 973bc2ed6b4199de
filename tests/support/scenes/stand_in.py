"""A machine whose kubeconfig runs `kubelogin`, which is keyturn's helper."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from support.needs import need

if TYPE_CHECKING:
    from subprocess import CompletedProcess

    from keyturn_emulator.launch import Emulator
    from support.machine.machine import Machine


AKS = "6dae42f8-4368-4678-94ff-3960e28e3630"
V1BETA1 = "client.authentication.k8s.io/v1beta1"
PYTHONS = json.dumps({"apiVersion": V1BETA1, "kind": "ExecCredential", "spec": {"interactive": False}})
"""With blanks: Python's client, whose asking again is no sign of a refusal."""


class StandIn:
    """A machine with `kubelogin` on PATH, no target and no secret, and the emulator's cluster in its kubeconfig."""

    def __init__(self, machine: Machine, emulator: Emulator) -> None:
        self.machine, self.emulator, self.ready = machine, emulator, emulator.ready
        self.kubectl_program = need("kubectl")
        bin_directory = machine.home / ".local/bin"
        bin_directory.mkdir(parents=True)
        machine.environment["PATH"] = f"{bin_directory}:{machine.environment['PATH']}"
        emulator.control.settings(device_interval=0)
        machine.configure(_without_targets(emulator.ready.config))
        machine.run("keyturn", "setup", "kube", "--as-kubelogin", status=0)
        self.program = bin_directory / "kubelogin"
        self.kubeconfig = machine.home / ".kube/config"
        self.kubeconfig.parent.mkdir(mode=0o700)
        self.kubeconfig.write_text(emulator.ready.kubeconfig, encoding="ascii")

    def flags(self, *more: str, client: str = "service") -> list[str]:
        """What the kubeconfig of `az` pins, with the emulator's place."""
        application = self.ready.clients[client]["application_id"]
        place = ["--authority-host", f"{self.ready.authority}/", "--tenant-id", self.ready.tenant]
        return ["--server-id", AKS, "--client-id", application, *place, *more]

    def get_token(self, *flags: str, info: str = PYTHONS, secret: str = "") -> CompletedProcess[str]:
        """The program as a client runs it; `secret` stands in its environment."""
        variables: dict[str, Any] = {"KUBERNETES_EXEC_INFO": info}
        if secret:
            variables["AZURE_CLIENT_SECRET"] = secret
        return self.machine.run(str(self.program), "get-token", *flags, **variables)

    def twin(self, *flags: str) -> CompletedProcess[str]:
        """What the program becomes where it needs more than the daemon's answer."""
        return self.machine.run("keyturn", "helper", "kubelogin", "get-token", *flags, KUBERNETES_EXEC_INFO=PYTHONS)

    def token(self, *flags: str, info: str = PYTHONS) -> dict[str, Any]:
        done = self.get_token(*flags, info=info)
        assert (done.returncode, done.stderr) == (0, ""), done
        document: dict[str, Any] = json.loads(done.stdout)
        return document

    def convert(self, *flags: str, status: int = 0) -> CompletedProcess[str]:
        return self.machine.run(str(self.program), "convert-kubeconfig", *flags, status=status)

    def kubectl(self, *argv: str) -> CompletedProcess[str]:
        return self.machine.run(self.kubectl_program, *argv, status=0)

    def use(self, *flags: str) -> None:
        """Have the user of the context be what az writes, with these flags."""
        document = yaml.safe_load(self.ready.kubeconfig)
        stanza = {
            "apiVersion": V1BETA1,
            "command": "kubelogin",
            "args": ["get-token", *flags],
            "provideClusterInfo": False,
        }
        document["users"].append({"name": "az", "user": {"exec": stanza}})
        for context in document["contexts"]:
            context["context"]["user"] = "az"
        document["current-context"] = "contoso-aks"
        self.kubeconfig.write_text(json.dumps(document), encoding="ascii")

    def flags_in_use(self) -> list[str]:
        """What the user that az wrote has now."""
        users = yaml.safe_load(self.kubeconfig.read_text("ascii"))["users"]
        found: list[str] = next(user["user"]["exec"]["args"] for user in users if user["name"] == "az")
        return found[1:]

    @property
    def secret(self) -> str:
        return self.ready.clients["service"]["secret"]


def _without_targets(config: str) -> str:
    tables = re.split(r"^(?=\[)", config, flags=re.MULTILINE)
    return "".join(table for table in tables if not table.startswith("[targets."))


@pytest.fixture
def stand_in(machine: Machine, emulator: Emulator) -> StandIn:
    return StandIn(machine, emulator)
