"""`[targets.kube]`: which target a cluster gets, and none for every other cluster."""

from __future__ import annotations

from typing import Literal

import msgspec

from keyturn.configuration.hosts import Place, UnfitName, https_url

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.configuration.targets.places import Targets

KubeService = Literal["aks", "plain"]


class KubeTarget(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of `[targets.kube]`: one cluster's API server and what it gets."""

    url: str
    """As the configuration writes it: what `server` of a kubeconfig's cluster says."""
    host: str
    port: int
    segments: tuple[str, ...]
    profile: str
    service: KubeService
    scopes: tuple[str, ...] = ()
    """Explicit ones; `keyturn.configuration.targets.target.scopes_of` knows what the service implies."""

    @property
    def place(self) -> Place:
        """Host, port and path in one."""
        return Place(self.host, self.port, self.segments)


def find_kube(targets: Targets[KubeTarget], server: str) -> KubeTarget | None:
    """The target that is the cluster at the URL `server`, or None: then that cluster is not ours.

    The whole path counts, unlike git's: behind one host that tells clusters apart by path (Rancher does), a target
    for one of them says nothing about the next.
    """
    try:
        place = https_url(server)
    except UnfitName:
        return None
    return targets.by_place.get(place)
