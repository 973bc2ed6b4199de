"""Which function answers which method and path.

By name, because its module is loaded when it is first asked for: whoever waits for a daemon to start waits for the
one answer alone. The rest follows at once (`load_the_rest`), or an upgrade might bring in another version's.
"""

from __future__ import annotations

import functools
from importlib import import_module
from typing import TYPE_CHECKING, Any

from keyturn import moves

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from keyturnd.broker.signin import Waiter
    from keyturnd.routes.remembered import AtHand
    from keyturnd.server.http import Request, Response
    from keyturnd.services import Services

    Route = Callable[[Services, Request, Waiter, str], Awaitable[Response]]
    Ready = Callable[[Services, Request], AtHand | None]

ROUTES: dict[tuple[str, str], str] = {
    ("POST", "/v1/git/get"): "git.operations.get",
    ("POST", "/v1/git/store"): "git.operations.store",
    ("POST", "/v1/git/erase"): "git.operations.erase",
    ("POST", "/v1/git/capability"): "git.operations.capability",
    ("GET", "/v1/credentials"): "git.credentials.listing",
    ("POST", "/v1/credentials/forget"): "git.credentials.forget",
    ("POST", "/v1/docker/get"): "docker.get",
    ("POST", "/v1/docker/store"): "docker.store",
    ("POST", "/v1/docker/erase"): "docker.erase",
    ("POST", "/v1/docker/list"): "docker.listing",
    ("POST", "/v1/docker/version"): "docker.version",
    ("POST", "/v1/kube/get-token"): "kube.get_token",
    ("POST", "/v1/kubelogin/get-token"): "kubelogin.get_token",
    ("POST", "/v1/kubelogin/remove-cache-dir"): "kubelogin.remove_cache_dir",
    ("POST", "/v1/keyturn/token"): "tokens.ready.nothing",
    ("POST", "/v1/keyturn/run"): "tokens.ready.nothing",
    ("POST", "/v1/token"): "tokens.operations.token",
    ("POST", "/v1/azure/new-token"): "tokens.operations.new_entra_token",
    ("POST", "/v1/awx/new-token"): "awx.new_token",
    ("POST", "/v1/awx/question"): "awx.question",
    ("POST", "/v1/awx/made"): "awx.made",
    ("POST", "/v1/login"): "profiles.login",
    ("POST", "/v1/logout"): "profiles.logout",
    ("POST", "/v1/secret"): "profiles.entrust_secret",
    ("POST", "/v1/asks/{id}"): "profiles.answer",
    ("POST", "/v1/discovery"): "profiles.discovery",
    ("POST", "/v1/reachability"): "daemon.surroundings.reachability",
    ("GET", "/v1/surroundings"): "daemon.surroundings.surroundings",
    ("GET", "/v1/status"): "daemon.itself.status",
    ("GET", "/v1/daemon"): "daemon.itself.identity",
    ("GET", "/v1/openapi.json"): "daemon.itself.openapi",
    ("POST", "/v1/daemon/stop"): "daemon.itself.stop",
    ("POST", "/v1/daemon/restart"): "daemon.itself.restart",
}
"""Every route, by method and path; `{id}` stands for the last segment."""

AT_ONCE: dict[tuple[str, str], str] = {
    ("POST", "/v1/git/get"): "git.operations.at_once",
    ("POST", "/v1/docker/get"): "docker.at_once",
    ("POST", "/v1/kube/get-token"): "kube.at_once",
    ("POST", "/v1/kubelogin/get-token"): "kubelogin.at_once",
    ("POST", "/v1/keyturn/token"): "tokens.ready.token",
    ("POST", "/v1/keyturn/run"): "tokens.ready.run",
}
"""The same for answers that are in memory already. None, and any error, means: ask the route in ROUTES. So nothing
may be noted before it is certain that there is an answer."""


class Unroutable(Exception):
    """No such route: `status` is 404, or 405 for a path that has one under another method."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status


def route_for(method: str, path: str) -> tuple[Route, str]:
    """The route of a request and, where the path has one, its last segment. Raises Unroutable."""
    head, _, last = path.rpartition("/")
    for pattern, parameter in ((path, ""), (f"{head}/{{id}}", last)):
        if (name := ROUTES.get((method, pattern))) is not None:
            return _function(name), parameter
        if any(known == pattern for _, known in ROUTES):
            raise Unroutable(f"{path} does not answer {method}", 405)
    raise Unroutable(f"this daemon has no {path}", 404)


def ready_for(method: str, path: str) -> Ready | None:
    """What knows whether the answer is in memory; None where there is no such thing."""
    name = AT_ONCE.get((method, path))
    return None if name is None else _function(name)


def load_the_rest() -> Iterator[None]:
    """Load what has not been asked for yet, a module at each step."""
    for name in ROUTES.values():
        _function(name)
        yield
    for name in moves.__all__:
        getattr(moves, name)
        yield


@functools.cache
def _function(name: str) -> Any:
    module, _, function = name.rpartition(".")
    return getattr(import_module(f"keyturnd.routes.{module}"), function)
