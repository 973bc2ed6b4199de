"""A machine whose kubeconfig has one context for a kube target, and one for another cluster."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from support.machine.machine import PROGRAMS, Machine
from support.needs import need

if TYPE_CHECKING:
    from pathlib import Path

HELPER = PROGRAMS / "kube-credential-keyturn"
CONFIG = """
[profile.me]
provider = "entra"
application_id = "11111111-2222-3333-4444-555555555555"
flow = "device-code"

[profile.other]
provider = "entra"
application_id = "11111111-2222-3333-4444-555555555555"
flow = "device-code"
protocols = ["token"]

[profile.third]
provider = "entra"
application_id = "11111111-2222-3333-4444-555555555555"
flow = "device-code"

[targets.kube]
"https://aks.example" = "me"
"https://second.example:6443" = "me"
"""
KUBECONFIG = """# by hand
apiVersion: v1
kind: Config
current-context: aks
clusters:
- name: aks
  cluster:
    server: https://AKS.example:443
    certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg==
- name: elsewhere
  cluster:
    server: https://elsewhere.example
contexts:
- name: aks
  context:
    cluster: aks
    user: admin # for now
- name: elsewhere
  context:
    cluster: elsewhere
    user: admin
users:
- name: admin
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      command: kubelogin
      args: [get-token, --server-id, 6dae42f8-4368-4678-94ff-3960e28e3630]
      env:
      - {name: AAD_LOGIN_METHOD, value: planted-secret}
    token: planted-token
"""
OURS = "keyturn/me:admin"
AUTHORITY = hashlib.sha256(b"-----BEGIN CERTIFICATE-----\n").hexdigest()
KNOWN = f"the cluster of context aks is reached by the CA with SHA-256 {AUTHORITY}: from now on that counts"


@pytest.fixture
def configured(machine: Machine) -> Machine:
    need("kubectl")
    machine.configure(CONFIG)
    (machine.home / ".kube").mkdir(mode=0o700)
    return machine


@pytest.fixture
def kubeconfig(configured: Machine) -> Path:
    path = configured.home / ".kube/config"
    path.write_text(KUBECONFIG, encoding="ascii")
    path.chmod(0o640)
    return path


def users(machine: Machine, *options: str) -> dict[str, Any]:
    """The users by kubectl's word."""
    shown = machine.run(need("kubectl"), *options, "config", "view", "--raw", "--output=json", status=0)
    return {user["name"]: user["user"] for user in json.loads(shown.stdout)["users"]}


def kept(machine: Machine) -> list[str]:
    """What is recorded of clusters and kubeconfigs."""
    return [path.name for path in machine.state.glob("*.json")]


def arguments_of(profile: str) -> list[str]:
    """All but the word."""
    version = ["--api-version", "v1beta1"]
    return ["get-token", "--profile", profile, *version, "--server", "https://aks.example", "--word"]


def shown_by_kubectl(machine: Machine) -> object:
    """All that kubectl reads."""
    done = machine.run(need("kubectl"), "config", "view", "--raw", "--output=json", status=0)
    return json.loads(done.stdout)


def user_of(machine: Machine, context: str, *options: str) -> str:
    """A context's user by kubectl's word."""
    shown = machine.run(need("kubectl"), *options, "config", "view", "--raw", "--output=json", status=0)
    found = {each["name"]: each["context"]["user"] for each in json.loads(shown.stdout)["contexts"]}
    return str(found[context])


TARGETS = "the kube targets are https://aks.example, https://second.example:6443"
FETCH = "az aks get-credentials --resource-group GROUP --name CLUSTER, then: keyturn setup kube\n"
OTHER_CA = "certificate-authority-data: b3RoZXI="
CA = "certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg=="
