"""`[targets.git]`: which target a git URL gets, and none for every other URL."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Literal

import msgspec

from keyturn.configuration.hosts import HTTPS_PORT, Place, UnfitName, host_and_port, path_segments
from keyturn.configuration.targets.places import Targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.protocols.git import GitRequest

AZURE_DEVOPS_HOST = "dev.azure.com"
LEGACY_SUFFIX = ".visualstudio.com"

Service = Literal["azure-devops", "plain"]
AuthType = Literal["basic", "bearer"]

_COLLECTION = "defaultcollection"
_ORGANIZATION = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?", re.ASCII)


class GitTarget(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of `[targets.git]`: a URL prefix and what it gets."""

    url: str
    """As the configuration writes it."""
    host: str
    port: int
    segments: tuple[str, ...]
    profile: str
    service: Service
    scopes: tuple[str, ...] = ()
    """Explicit ones; `scopes_of` knows what the service implies."""
    authtype: AuthType = "basic"
    """How a caller that takes either presents the token."""

    @property
    def place(self) -> Place:
        """Host, port and path in one."""
        return Place(self.host, self.port, self.segments)


class GitTargets(Targets[GitTarget]):
    """All of `[targets.git]`."""

    @cached_property
    def by_place(self) -> dict[Place, GitTarget]:
        """Each target by what it names, the organization folded."""
        return {folded(target.place): target for target in self}

    @cached_property
    def depth(self) -> int:
        """The segments of the longest path: a request's longer one is looked up by no more."""
        return max((len(target.segments) for target in self), default=0)

    @cached_property
    def hosts(self) -> frozenset[tuple[str, int]]:
        """Where there are targets at all, by the host names of today."""
        return frozenset((place.host, place.port) for place in (today(target.place) for target in self))

    def covering(self, place: Place, *, shortest: int = 0) -> GitTarget | None:
        """The target with the longest path, of `shortest` segments at least, that `place` lies in."""
        for length in range(min(self.depth, len(place.segments)), shortest - 1, -1):
            target = self.by_place.get(folded(Place(place.host, place.port, place.segments[:length])))
            if target is not None:
                return target
        return None


def find_git(targets: GitTargets, request: GitRequest) -> GitTarget | None:
    """The target that covers `request` with the longest path, or None: then the request is not ours.

    A target https://dev.azure.com/ORG also covers https://ORG@dev.azure.com asked for without a path and
    https://ORG.visualstudio.com. A target for the very host wins over one that covers it by that rule.
    So it is on hosts of one's own that are Azure DevOps: without a path, the user name may be the organization.
    """
    place = place_of(request)
    if place is None:
        return None
    # One way only: a target for ORG.visualstudio.com says nothing about dev.azure.com, nor does one for all of
    # dev.azure.com name any ORG.visualstudio.com.
    candidates = (
        targets.covering(place),
        targets.covering(today(place), shortest=1),
        _named_by_user(targets, place, request.username or ""),
    )
    found = [target for target in candidates if target is not None]
    return max(found, key=lambda target: len(today(target.place).segments), default=None)


def place_of(request: GitRequest) -> Place | None:
    """What `request` names, or None if that is not strictly an https URL."""
    if request.protocol != "https":
        return None
    try:
        host, port = host_and_port(request.host)
        segments = path_segments(request.path or "")
    except UnfitName:
        return None
    segments = without_collection(host, segments)
    # Without credential.useHttpPath the user name is all that tells the organization.
    if not segments and (host, port) == (AZURE_DEVOPS_HOST, HTTPS_PORT) and is_organization(request.username or ""):
        segments = (request.username or "",)
    return Place(host, port, segments)


def without_collection(host: str, segments: tuple[str, ...]) -> tuple[str, ...]:
    """`segments` as https://ORG.visualstudio.com has them by now: its one collection may still be named in front."""
    is_named = legacy_organization(host) is not None and bool(segments) and segments[0].lower() == _COLLECTION
    return segments[1:] if is_named else segments


def is_organization(name: str) -> bool:
    """Whether Azure DevOps would let an organization be called so: it stands for a host label, too."""
    return _ORGANIZATION.fullmatch(name) is not None


def is_azure_devops(host: str) -> bool:
    """dev.azure.com and ORG.visualstudio.com; their deeper subdomains serve no git."""
    return host == AZURE_DEVOPS_HOST or legacy_organization(host) is not None


def legacy_organization(host: str) -> str | None:
    """ORG of ORG.visualstudio.com."""
    name = host.removesuffix(LEGACY_SUFFIX)
    return name if name != host and is_organization(name) else None


def _named_by_user(targets: GitTargets, place: Place, user: str) -> GitTarget | None:
    """The target on a host of one's own whose organization is all that `user` can mean."""
    if place.segments or place.host == AZURE_DEVOPS_HOST or not is_organization(user):
        return None
    found = targets.covering(Place(place.host, place.port, (user,)), shortest=1)
    return found if found is not None and found.service == "azure-devops" else None


def today(place: Place) -> Place:
    """https://ORG.visualstudio.com/… as https://dev.azure.com/ORG/…, every other place as it is."""
    organization = legacy_organization(place.host) if place.port == HTTPS_PORT else None
    if organization is None:
        return place
    return Place(AZURE_DEVOPS_HOST, HTTPS_PORT, (organization, *place.segments))


def folded(place: Place) -> Place:
    """The organization in lower case; ASCII only, because `lower` turns KELVIN SIGN into k."""
    if place.host != AZURE_DEVOPS_HOST or not place.segments or not place.segments[0].isascii():
        return place
    return Place(place.host, place.port, (place.segments[0].lower(), *place.segments[1:]))
