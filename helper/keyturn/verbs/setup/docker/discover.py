"""`keyturn setup docker --discover`: Azure registries in the files of docker, podman and helm that are no targets."""

from __future__ import annotations

import json

from keyturn.configuration.hosts import Place, UnfitName
from keyturn.configuration.registry_logins import member
from keyturn.configuration.targets.docker import find_docker, is_azure, registry
from keyturn.editing.own_file import OwnFile
from keyturn.verbs.setup.docker.helpers import HelperTable
from keyturn.verbs.setup.proposals import Proposal, likely_profile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from keyturn.configuration.config import Config

ABANDONED = {"acr", "acr-env", "acr-linux", "acr-darwin"}
"""Helpers for ACR that nobody maintains (reference/docker.md, "State of the field"): their registries are told of,
whatever these are called. `keyturn setup docker` puts ours in their place, and --undo brings them back."""
ELSEWHERE = ("--protocol", "docker", "--service", "acr")
"""What a name that is not Azure's own does not tell."""


def proposals(config: Config, files: Iterable[Path]) -> Iterator[Proposal]:
    """One for each registry, from the first file that has it."""
    seen: set[str] = set()
    for path in files:
        table = HelperTable(OwnFile(path).text, str(path))
        asked = {name: f"asks {helper}, in {path}" for name, helper in table.helpers.items() if helper in ABANDONED}
        names = dict.fromkeys(_logins(table.text), f"in {path}") | asked
        for name, why in names.items():
            place = _place(name, anywhere=name in asked)
            if place is not None and place not in seen and find_docker(config.docker_targets, place) is None:
                seen.add(place)
                yield Proposal(place, likely_profile(config, "docker"), why, () if _is_azure(place) else ELSEWHERE)


def _logins(text: str) -> list[str]:
    """Also those whose login a store keeps: docker leaves an empty entry beside it."""
    found = member(json.loads(text), "auths")
    return list(found) if isinstance(found, dict) else []


def _place(name: str, *, anywhere: bool) -> str | None:
    """Host and port of an Azure registry; with `anywhere`, of any."""
    try:
        host, port = registry(name)
    except UnfitName:
        return None
    place = Place(host, port).netloc
    return place if anywhere or _is_azure(place) else None


def _is_azure(place: str) -> bool:
    return is_azure(*registry(place))
