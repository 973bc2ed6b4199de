"""Where docker, podman, skopeo and helm look for their helpers, and whether they will find ours."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from keyturn import hints, moves, shell
from keyturn.configuration import registry_logins as logins
from keyturn.editing.own_file import OwnFile
from keyturn.errors import Refused
from keyturn.reach.installed import program
from keyturn.verbs.setup.advice import Advice
from keyturn.verbs.setup.docker.helpers import PROGRAM, SUFFIX, HelperTable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keyturn.kinds_of_hints import Command


def files() -> list[Path]:
    """Docker's configuration, the one podman and skopeo read before it, what REGISTRY_AUTH_FILE names, and helm's."""
    found = [logins.docker_file(), logins.containers_file()]
    if (named := logins.named_file()) is not None:
        found.append(named)
    helm = logins.helm_file()
    if helm.exists() or shutil.which("helm"):
        found.append(helm)
    return list(dict.fromkeys(found))


def default_store() -> str | None:
    """The store that docker would choose by itself, None where there is none (docker/cli, DetectDefaultStore)."""
    if sys.platform == "darwin":
        store = "osxkeychain"
    else:
        store = "pass" if shutil.which("pass") else "secretservice"
    return store if shutil.which(f"docker-credential-{store}") else None


def on_path() -> Advice | None:
    """What to do so that docker finds the program, None if it does. Raises Refused where it is not installed."""
    ours = Path(program(PROGRAM))
    found = shutil.which(PROGRAM)
    if found is None:
        return Advice(
            f"docker looks for {PROGRAM} on PATH, where it is not",
            shell.on_path(str(ours.parent)),
        )
    if not ours.samefile(found):
        sentence = f"docker starts {found}, which PATH leads to before {ours}"
        return Advice(sentence, shell.listing(found, str(ours)))
    return None


def confined() -> Advice | None:
    """A docker that reads another configuration and sees no program outside of its snap, however it is set up."""
    found = shutil.which("docker")
    if found is None or not found.startswith("/snap/"):
        return None
    return Advice(f"{found} is docker from snap, which cannot start keyturn", moves.clients.docker_package())


def by_variables(registries: Iterable[str]) -> Iterator[Advice]:
    """Variables that lead docker and podman to other places than those where they look without them."""
    for name, path in (("DOCKER_CONFIG", logins.docker_file()), ("REGISTRY_AUTH_FILE", logins.named_file())):
        if os.environ.get(name):
            sentence = f"{path} counts only where {name} is set as it is here"
            yield Advice(sentence, shell.without(name, hints.set_up("docker")))
    held = logins.logins_in_variable(os.environ.get("DOCKER_AUTH_CONFIG", ""))
    for registry in held.intersection(registries):
        yield Advice(
            f"docker takes its login for {registry} from DOCKER_AUTH_CONFIG", shell.unset("DOCKER_AUTH_CONFIG")
        )


def stale(file: Path, table: HelperTable, registries: Iterable[str]) -> Iterator[Advice]:
    """Logins in a file of `files()`, which some programs use before they ask, or when we have no token."""
    for registry in table.logins.intersection(registries):
        yield Advice(
            f"{file} holds an old login for {registry}, which some programs still use", _logout(file, registry)
        )


def overruled(registries: Iterable[str]) -> Iterator[Advice]:
    """Logins and helpers that podman and skopeo find before they come to the files of `files()`."""
    path = logins.runtime_file()
    try:
        table = HelperTable(OwnFile(path).text, str(path))
    except Refused:
        return  # podman cannot read it either, and says so
    for registry in registries:
        if table.helpers.get(registry, SUFFIX) != SUFFIX or registry in table.logins:
            yield Advice(
                f"podman and skopeo take their login for {registry} from {path}",
                shell.registry_logout(("podman",), registry),
            )


def _logout(file: Path, registry: str) -> Command:
    if file == logins.docker_file():
        return shell.registry_logout(("docker",), registry)
    if file == logins.helm_file():
        return shell.registry_logout(("helm", "registry"), registry)
    return shell.registry_logout(("podman",), registry, "--authfile", str(file))
