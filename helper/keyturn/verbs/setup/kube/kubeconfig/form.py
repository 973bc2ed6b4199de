"""Of what form the parts of a kubeconfig are that keyturn reads (client-go, tools/clientcmd/api/v1/types.go).

kubectl refuses any other, so that what it has read needs no look; a file may be somebody else's, and hold anything.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Check = Callable[[object], bool]


def is_kubeconfig(document: object) -> bool:
    """Whether `document` is of that form; whatever may be left out may be null."""
    return document is not None and _WHOLE(document)


def _is_text(value: object) -> bool:
    return value is None or isinstance(value, str | bool)


def _list_of(check: Check) -> Check:
    return lambda value: value is None or (isinstance(value, list) and all(map(check, value)))


def _mapping(members: Mapping[str, Check]) -> Check:
    """Members of other names are not looked at."""
    return lambda value: (
        value is None or (isinstance(value, dict) and all(check(value.get(name)) for name, check in members.items()))
    )


def _texts(*names: str) -> dict[str, Check]:
    return dict.fromkeys(names, _is_text)


def _named(kind: str, check: Check) -> Check:
    item = _mapping({kind: check})
    return _list_of(lambda value: isinstance(value, dict) and isinstance(value.get("name"), str) and item(value))


_CLUSTER = _mapping(
    _texts(
        "server", "tls-server-name", "insecure-skip-tls-verify", "certificate-authority",
        "certificate-authority-data", "proxy-url",
    )
)  # fmt: skip
_EXEC = _mapping(
    _texts("apiVersion", "command", "installHint", "interactiveMode", "provideClusterInfo")
    | {"args": _list_of(_is_text), "env": _list_of(_mapping(_texts("name", "value")))}
)
_PROVIDER = _mapping(_texts("name") | {"config": _mapping({})})
_WHOLE = _mapping(
    {
        "clusters": _named("cluster", _CLUSTER),
        "contexts": _named("context", _mapping(_texts("cluster", "user", "namespace"))),
        "users": _named("user", _mapping({"exec": _EXEC, "auth-provider": _PROVIDER})),
    }
)
