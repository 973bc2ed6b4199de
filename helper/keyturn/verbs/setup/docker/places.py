"""Where docker, podman and skopeo look for their helpers, and whether they will find ours."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path
from typing import NamedTuple

from keyturn.errors import Refused
from keyturn.home import home
from keyturn.reach.installed import program
from keyturn.verbs.setup.docker.helpers import PROGRAM, SUFFIX, HelperTable
from keyturn.verbs.setup.own_file import OwnFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Advice(NamedTuple):
    """Something in the way that `setup` does not change, and the command that does."""

    sentence: str
    hint: str


def files() -> list[Path]:
    """Docker's configuration, which nearly everybody else reads too, and the one podman and skopeo read before it."""
    docker = os.environ.get("DOCKER_CONFIG") or f"{home()}/.docker"
    return [Path(docker).absolute() / "config.json", _config_home() / "containers/auth.json"]


def on_path() -> Advice | None:
    """What to do so that docker finds the program, None if it does. Raises Refused where it is not installed."""
    ours = Path(program(PROGRAM))
    found = shutil.which(PROGRAM)
    if found is None:
        return Advice(
            f"docker looks for {PROGRAM} on PATH, where it is not",
            f'export PATH={shlex.quote(str(ours.parent))}:"$PATH"',
        )
    if not ours.samefile(found):
        sentence = f"docker starts {found}, which PATH leads to before {ours}"
        return Advice(sentence, shlex.join(["ls", "-l", found, str(ours)]))
    return None


def overruled(registries: Iterable[str]) -> Iterator[Advice]:
    """Logins and helpers that podman and skopeo find before they come to the files of `files()`."""
    runtime = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.geteuid()}"
    path = Path(runtime) / "containers/auth.json"
    try:
        table = HelperTable(OwnFile(path).text, str(path))
    except Refused:
        return  # podman cannot read it either, and says so
    for registry in registries:
        if table.helpers.get(registry, SUFFIX) != SUFFIX or registry in table.logins:
            yield Advice(
                f"podman and skopeo take their login for {registry} from {path}", f"podman logout {registry}"
            )


def _config_home() -> Path:
    named = os.environ.get("XDG_CONFIG_HOME", "")
    return Path(named) if named.startswith("/") else Path(home()) / ".config"
