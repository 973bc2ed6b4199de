"""`[targets.docker]`: which target a registry gets, and none for every other registry."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from keyturn.configuration.hosts import HTTPS_PORT, Place, UnfitName, check_length, host_and_port

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.configuration.targets.places import Targets

# Names as Azure gives them: REGISTRY, REGISTRY-HASH (a domain name label), each perhaps of one region (docker.md
# section 2). Matched whole: acr-env's unanchored pattern gave tokens to x.azurecr.io.attacker.com (GO-2026-6225).
_AZURE = r"[a-z0-9]{5,50}(?:-[a-z0-9]+)?(?:\.[a-z0-9]+\.geo)?\.azurecr\.(?:io|cn|us|sovcloud-azure\.fr)"
_REPOSITORY = r"(?ai)[a-z0-9]+(?:[._-]+[a-z0-9]+)*"
"""A path component of a repository (OCI distribution specification, "Pulling manifests")."""


class DockerTarget(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of `[targets.docker]`: one registry and what it gets."""

    host: str
    port: int
    profile: str
    service: Literal["acr"] = "acr"
    tenant: str | None = None
    """Where the registry lives, if that is not the profile's: Entra's token is one of that tenant then."""

    @property
    def login_server(self) -> str:
        """`host` or `host:port`, the name that clients look up in credHelpers."""
        return self.place.netloc

    @property
    def place(self) -> Place:
        """Host and port in one."""
        return Place(self.host, self.port)


def find_docker(targets: Targets[DockerTarget], server: str) -> DockerTarget | None:
    """The target that is the registry `server`, or None: then that registry is not ours."""
    try:
        host, port = registry(server)
    except UnfitName:
        return None
    return targets.by_place.get(Place(host, port))


def login_server(server: str) -> str | None:
    """The registry `server`, in any spelling, as clients look it up: `host` or `host:port`; None if it is none."""
    try:
        return Place(*registry(server)).netloc
    except UnfitName:
        return None


def registry(server: str) -> tuple[str, int]:
    """Host and port of a registry in any spelling that a client uses (reference/docker.md section 1).

    nerdctl puts a scheme in front, crane the repository behind; http:// there is a spelling too and says nothing
    about the connection. Raises UnfitName.
    """
    check_length(server)
    authority, _, path = re.sub(r"\Ahttps?://", "", server).partition("/")
    if path and not all(re.fullmatch(_REPOSITORY, part) for part in path.removesuffix("/").split("/")):
        raise UnfitName("expected a registry, perhaps with a repository behind it")
    return host_and_port(authority)


def is_azure(host: str, port: int) -> bool:
    """Whether Azure's own naming makes this the login server of an Azure container registry."""
    return port == HTTPS_PORT and re.fullmatch(_AZURE, host) is not None
