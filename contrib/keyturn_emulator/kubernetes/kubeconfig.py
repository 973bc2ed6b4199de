"""A kubeconfig for the cluster, as `az aks get-credentials` leaves one: everything but a way to sign in."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """apiVersion: v1
kind: Config
clusters:
- cluster:
    certificate-authority-data: {authority}
    server: {server}
  name: {name}
contexts:
- context:
    cluster: {name}
    user: {user}
  name: {name}
current-context: {name}
preferences: {{}}
users:
- name: {user}
  user: {{}}
"""

NAME = "contoso-aks"
FILE = "kubeconfig"


def text(server: str, ca_file: Path) -> str:
    """The kubeconfig of the cluster at `server`, with the one context NAME."""
    authority = base64.b64encode(ca_file.read_bytes()).decode("ascii")
    return TEXT.format(server=server, authority=authority, name=NAME, user=f"clusterUser_contoso_{NAME}")
