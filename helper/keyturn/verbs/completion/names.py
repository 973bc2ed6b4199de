"""The names that a shell completes, from config.toml and kubeconfigs: no daemon is started, and no kubectl."""

from __future__ import annotations

from keyturn.errors import KeyturnError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-@:/+%")
"""bash expands what it is offered, and kubeconfigs come from other people: no other name passes."""


def of(kind: str) -> Iterator[str]:
    """The names of one of KINDS; none where the files cannot be read: a shell has no place for a complaint."""
    try:
        yield from (name for name in KINDS[kind]() if name and _SAFE.issuperset(name))
    except (KeyturnError, OSError, ValueError, RecursionError):
        return


def _profiles() -> Iterable[str]:
    from keyturn.configuration.profiles import is_profile_name  # noqa: PLC0415 - only here

    return filter(is_profile_name, _table("profile"))


def _places() -> Iterator[str]:
    """Where `keyturn init` may begin: a context that kubectl knows, or begin again."""
    yield from _contexts()
    yield from _targets()


def _repositories() -> Iterable[str]:
    return _table("targets", "git")


def _targets() -> Iterator[str]:
    for protocol in ("git", "kube", "docker"):
        yield from _table("targets", protocol)


def _registries() -> Iterable[str]:
    return _table("targets", "docker")


def _table(*path: str) -> Iterable[str]:
    """The keys of a table of config.toml, also where a mistake is elsewhere: to understand all takes too long."""
    import tomllib  # noqa: PLC0415 - only here

    from keyturn.configuration.trusted import read_trusted  # noqa: PLC0415 - only here
    from keyturn.reach.paths import config_path  # noqa: PLC0415 - only here

    found: object = tomllib.loads((read_trusted(config_path()) or b"").decode())
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else ()


def _contexts() -> Iterator[str]:
    """Of the kubeconfigs that kubectl reads, as it writes them; of another form none: parsing YAML takes too long."""
    from os import environ, pathsep  # noqa: PLC0415 - only here
    from pathlib import Path  # noqa: PLC0415 - only here

    paths = [Path(path) for path in environ.get("KUBECONFIG", "").split(pathsep) if path]
    for path in paths or [Path.home() / ".kube/config"]:
        if path.is_file():
            yield from _contexts_in(path.read_text("utf-8"))


def _contexts_in(text: str) -> Iterator[str]:
    """The `name` of each item in the list `contexts`, which stands in the column where its item begins."""
    listed, column = False, 0
    for line in text.splitlines():
        key = line.lstrip(" -")
        if line[:1] not in {" ", "-"}:
            listed = line == "contexts:"
        elif line.lstrip(" ").startswith("- "):
            column = len(line) - len(key)
        if listed and key.startswith("name: ") and len(line) - len(key) == column:
            yield key.removeprefix("name: ").strip("\"'")


KINDS: dict[str, Callable[[], Iterable[str]]] = {
    "profiles": _profiles,
    "targets": _targets,
    "registries": _registries,
    "contexts": _contexts,
    "places": _places,
    "repositories": _repositories,
}
