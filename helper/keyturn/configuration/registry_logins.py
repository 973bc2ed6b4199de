"""The files in which docker, podman, skopeo and helm keep logins and name helpers, and the logins in them.

reference/docker.md section 1, "Files of podman, skopeo, buildah", and "credsStore vs credHelpers" for helm.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyturn.home import home

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

SIZE_LIMIT = 1 << 20
"""Bytes of a file of logins that are looked at."""


def docker_file() -> Path:
    """Docker's configuration, which nearly everybody else reads too."""
    named = os.environ.get("DOCKER_CONFIG")
    return (Path(named) if named else Path(home(), ".docker")).absolute() / "config.json"


def containers_file() -> Path:
    """The file that podman and skopeo read before docker's, and that outlives a reboot."""
    return _config_home() / "containers/auth.json"


def runtime_file() -> Path:
    """Where `podman login` and `skopeo login` write, and look before all else."""
    runtime = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.geteuid()}"
    return Path(runtime) / "containers/auth.json"


def named_file() -> Path | None:
    """The one file that podman, skopeo and buildah read where REGISTRY_AUTH_FILE names it."""
    named = os.environ.get("REGISTRY_AUTH_FILE")
    return Path(named).absolute() if named else None


def helm_file() -> Path:
    """Helm's own, which it reads before docker's."""
    if named := os.environ.get("HELM_REGISTRY_CONFIG"):
        return Path(named).absolute()
    directory = os.environ.get("HELM_CONFIG_HOME")
    return (Path(directory).absolute() if directory else _config_home() / "helm") / "registry/config.json"


def files_with_login(registry: str) -> Iterator[Path]:
    """The files that hold a login for `registry`, whose name is `host` or `host:port`."""
    for path in filter(None, (named_file(), runtime_file(), containers_file(), docker_file(), helm_file())):
        try:
            if not path.is_file():
                continue
            with path.open("rb") as file:
                text = file.read(SIZE_LIMIT)
        except OSError:
            continue
        if registry in logins_in(text):
            yield path


def logins_in(text: str | bytes) -> set[str]:
    """The registries for which `text`, the content of such a file, holds a login; none where it is no such content.

    An entry without one is what docker leaves beside a login that a helper keeps.
    """
    try:
        entries = member(json.loads(text), "auths") or {}
        return {name for name, entry in entries.items() if entry.get("auth") or entry.get("identitytoken")}
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return set()


def logins_in_variable(text: str) -> set[str]:
    """The registries for which `text`, the value of DOCKER_AUTH_CONFIG, holds a login.

    Docker passes over a value with anything else in it, as a whole config.json has, and asks the helper (docker.md).
    """
    try:
        ((name, entries),) = json.loads(text).items()
        sound = name.lower() == "auths" and all(
            {key.lower() for key in entry} == {"auth"} and all(entry.values()) for entry in entries.values()
        )
        return set(entries) if sound else set()
    except (ValueError, RecursionError, TypeError, AttributeError):
        return set()


def member(document: dict[str, Any], name: str) -> Any:
    """The value of `name` as docker, podman and helm take it: in any case, the last one (Go's encoding/json)."""
    return next((value for key, value in reversed(document.items()) if key.lower() == name.lower()), None)


def _config_home() -> Path:
    named = os.environ.get("XDG_CONFIG_HOME", "")
    return Path(named) if named.startswith("/") else Path(home()) / ".config"
