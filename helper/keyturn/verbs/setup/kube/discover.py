"""`keyturn setup kube --discover`: the clusters of AKS in kubeconfigs that are no targets yet."""

from __future__ import annotations

import re

from keyturn.configuration.hosts import UnfitName, https_url
from keyturn.configuration.profiles import scopes
from keyturn.configuration.targets.kube import find_kube
from keyturn.configuration.targets.recognized import AKS_SUFFIX
from keyturn.verbs.setup.kube.kubeconfig.merged import server_of, user_of
from keyturn.verbs.setup.proposals import Proposal, likely_profile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from keyturn.configuration.config import Config
    from keyturn.verbs.setup.kube.kubeconfig.file import KubeFile

AKS_HOST = re.compile(r".+\.(azmk8s\.io|aks\.containerservice\.azure\.us|cx\.prod\.service\.azk8s\.cn)", re.ASCII)
"""Of the public cloud, the US government's and China's. No token depends on it: it only picks what is proposed."""
AKS_SERVER = scopes.AKS[0].removesuffix(scopes.DEFAULT_SUFFIX)


def proposals(config: Config, files: Sequence[KubeFile]) -> Iterator[Proposal]:
    """One for each server that AKS's naming, or a user who asks for AKS's audience, gives away."""
    seen: set[str] = set()
    for file in files:
        for name, context in file.contexts.items():
            server, args = server_of(files, context), arguments_of(user_of(files, context))
            place = _place(server)
            if place is None or place in seen or find_kube(config.kube_targets, server) is not None:
                continue
            if is_aks(server, args):
                seen.add(place)
                options = () if https_url(server).host.endswith(AKS_SUFFIX) else ("--protocol", "kube")
                profile = likely_profile(config, "kube", tenant_in(args))
                yield Proposal(place, profile, f"context {name} in {file.path}", options)


def is_aks(server: str, args: Sequence[str]) -> bool:
    """Whether the name of `server`, or what a user's program is asked for, gives a cluster of AKS away."""
    try:
        return AKS_HOST.fullmatch(https_url(server).host) is not None or AKS_SERVER in args
    except UnfitName:
        return AKS_SERVER in args


def arguments_of(user: Any) -> list[str]:
    """Of the program that a user of a kubeconfig runs, kubelogin perhaps."""
    return [str(each) for each in ((user or {}).get("exec") or {}).get("args") or []]


def tenant_in(args: Sequence[str]) -> str:
    """What kubelogin's arguments name, empty where they name none."""
    found = [args[place + 1] for place, each in enumerate(args[:-1]) if each in {"--tenant-id", "-t"}]
    return found[-1] if found else ""


def _place(server: str) -> str | None:
    try:
        return https_url(server).url
    except UnfitName:
        return None
