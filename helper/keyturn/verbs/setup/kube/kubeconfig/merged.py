"""What a context leads to in several kubeconfigs, as kubectl merges them: of two with one name, the first counts."""

from __future__ import annotations

from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from keyturn.verbs.setup.kube.kubeconfig.file import KubeFile


def cluster_of(files: Sequence[KubeFile], context: dict[str, Any]) -> tuple[Path, dict[str, Any]]:
    """A context's cluster, empty where there is none, and the file that says what it is."""
    name = str(context.get("cluster"))
    found = next((file for file in files if name in file.clusters), None)
    return (Path(), {}) if found is None else (found.path, found.clusters[name])


def server_of(files: Sequence[KubeFile], context: dict[str, Any]) -> str:
    """The server of a context's cluster, as it is written; empty where there is none."""
    return str(cluster_of(files, context)[1].get("server", ""))


def user_of(files: Sequence[KubeFile], context: dict[str, Any]) -> dict[str, Any] | None:
    """A context's user, None where there is none."""
    name = str(context.get("user"))
    return next((file.users[name] for file in files if name in file.users), None)
