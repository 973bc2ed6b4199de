"""A context of kubectl's by its name: which server it leads to, and what its user tells of a tenant."""

from __future__ import annotations

import contextlib
from typing import NamedTuple

from keyturn.configuration.hosts import UnfitName, https_url
from keyturn.errors import Refused
from keyturn.verbs.setup.kube.discover import AKS_HOST, AKS_SERVER, arguments_of, tenant_in
from keyturn.verbs.setup.kube.kubeconfig.file import KubeFile, kubeconfigs


class Context(NamedTuple):
    """`server` as `file`, a kubeconfig, has it; `tenant` empty where nothing names one."""

    server: str
    file: str
    is_aks: bool
    tenant: str = ""


def find_context(name: str) -> Context | None:
    """The context called so, in the first kubeconfig that has it as kubectl takes it; None where there is none."""
    if "://" in name:
        return None
    files = _kubeconfigs()
    holding = next((file for file in files if name in file.contexts), None)
    if holding is None:
        return None
    context = holding.contexts[name]
    cluster, user = str(context.get("cluster")), str(context.get("user"))
    server = str(next((file.clusters[cluster] for file in files if cluster in file.clusters), {}).get("server", ""))
    arguments = arguments_of(next((file.users[user] for file in files if user in file.users), None))
    is_aks = _is_aks(server) or AKS_SERVER in arguments
    return Context(server, str(holding.path), is_aks, tenant_in(arguments))


def leading_to(server: str) -> str:
    """A context of the cluster at `server`, a target of ours; empty where there is none."""
    place = https_url(server)
    for file in _kubeconfigs():
        for name, context in file.contexts.items():
            cluster = file.clusters.get(str(context.get("cluster")), {})
            with contextlib.suppress(UnfitName):
                if https_url(str(cluster.get("server", ""))) == place:
                    return name
    return ""


def _kubeconfigs() -> list[KubeFile]:
    """None where one of them cannot be read: what is asked for may be no context at all."""
    try:
        return [KubeFile(path) for path in kubeconfigs(None)]
    except Refused:
        return []


def _is_aks(server: str) -> bool:
    try:
        return AKS_HOST.fullmatch(https_url(server).host) is not None
    except UnfitName:
        return False
