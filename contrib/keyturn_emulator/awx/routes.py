"""Where the endpoints of each dialect are, which methods they take, and what counts call them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keyturn_emulator.awx.dialect import CONTROLLER, GATEWAY, GATEWAY_2026
from keyturn_emulator.awx.endpoints import applications, discovery, jobs, resources, tokens, users
from keyturn_emulator.awx.oauth.routes import METHODS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.responses import Response

    from keyturn_emulator.awx.dialect import Dialect
    from keyturn_emulator.awx.endpoints.call import Call

    View = Callable[[Call], Awaitable[Response]]

PREFIX = "/tower"
COLLECTION = {"GET": "list", "HEAD": "list", "POST": "create"}
DETAIL = {"GET": "read", "HEAD": "read", "PUT": "change", "PATCH": "change", "DELETE": "delete"}
KEY = "(?P<key>[^/]+)"
NUMBER = "(?P<key>[0-9]+)"
KIND = f"(?P<kind>tokens|{tokens.PERSONAL}|{tokens.AUTHORIZED})"
COLLECTIONS = f"(?P<collection>{'|'.join(resources.KINDS)})"


@dataclass(frozen=True)
class Route:
    """An endpoint of the API.

    name: what counts, log and faults call it, followed by what `verbs` has for the method. methods: who answers.
    open: takes no credentials. lax: does not look at a token's scope. oauth: one of the toolkit's own instead.
    """

    pattern: re.Pattern[str]
    name: str
    methods: Mapping[str, View] = field(default_factory=dict)
    verbs: Mapping[str, str] = field(default_factory=dict)
    open: bool = False
    lax: bool = False
    oauth: str = ""

    @property
    def allowed(self) -> str:
        """The Allow header."""
        known = [name for name in ("GET", "POST", "PUT", "PATCH", "DELETE") if name in self.methods]
        return ", ".join([*known, *(["HEAD"] if "GET" in known else []), "OPTIONS"])

    def endpoint(self, method: str) -> str:
        """The name of a request with that method."""
        verb = self.verbs.get(method)
        return f"{self.name}.{verb}" if verb else self.name


def _get(path: str, name: str, view: View, *, is_open: bool = False) -> Route:
    return Route(re.compile(path), name, {"GET": view}, open=is_open)


def _collection(path: str, name: str, listed: View, create: View | None = None, *, lax: bool = False) -> Route:
    methods = {"GET": listed, "POST": create} if create else {"GET": listed}
    return Route(re.compile(path), name, methods, COLLECTION, lax=lax)


def _detail(path: str, name: str, shown: View, change: View, delete: View, *, lax: bool = False) -> Route:
    methods = {"GET": shown, "PUT": change, "PATCH": change, "DELETE": delete}
    return Route(re.compile(path), name, methods, DETAIL, lax=lax)


def _shared(dialect: Dialect) -> list[Route]:
    """What all dialects have."""
    api, oauth, lax = dialect.api, dialect.oauth, not dialect.checks_scope
    paths = {name: dialect.login if name == "login" else f"{oauth}/{name}/" for name in METHODS}
    toolkit = [Route(re.compile(path), f"oauth.{name}", oauth=name) for name, path in paths.items()]
    return [
        *toolkit,
        _get("/api/", "discovery", discovery.root, is_open=True),
        _get(f"{api}/", "discovery", discovery.version_root, is_open=True),
        _get(f"{oauth}/", "discovery", discovery.oauth_root, is_open=True),
        _get(f"{api}/ping/", "ping", discovery.ping, is_open=True),
        _get(f"{api}/me/", "me", users.me),
        _collection(f"{api}/tokens/", "tokens", tokens.listed, tokens.create, lax=lax),
        _detail(f"{api}/tokens/{NUMBER}/", "tokens", tokens.shown, tokens.change, tokens.delete, lax=lax),
        _collection(f"{api}/applications/", "applications", applications.listed, applications.create),
        _detail(
            f"{api}/applications/{KEY}/", "applications", applications.shown, applications.change, applications.delete
        ),
        _get(f"{api}/users/", "users", users.listed),
    ]


def _resources(api: str, collections: str = COLLECTIONS) -> list[Route]:
    return [
        _get(f"{api}/{collections}/", "resources", resources.listed),
        _get(f"{api}/{collections}/{NUMBER}/", "resources", resources.shown),
    ]


def _jobs(api: str) -> list[Route]:
    methods = {"GET": jobs.offered, "POST": jobs.launch}
    return [
        Route(re.compile(f"{api}/job_templates/{NUMBER}/launch/"), "jobs", methods, {"POST": "launch"}),
        _get(f"{api}/unified_job_templates/", "resources", jobs.unified),
        _get(f"{api}/jobs/", "jobs", jobs.listed),
        _get(f"{api}/jobs/{NUMBER}/", "jobs", jobs.shown),
    ]


def _controller() -> list[Route]:
    api = CONTROLLER.api
    return [
        *_shared(CONTROLLER),
        _get(f"{api}/config/", "config", discovery.config),
        _get(f"{api}/users/{KEY}/", "users", users.shown),
        _collection(f"{api}/users/{KEY}/{KIND}/", "tokens", tokens.listed_of_user, tokens.create_under_user),
        _collection(
            f"{api}/applications/{KEY}/tokens/",
            "tokens",
            tokens.listed_of_application,
            tokens.create_under_application,
        ),
        *_resources(api),
        *_jobs(api),
    ]


def _gateway(dialect: Dialect) -> list[Route]:
    api, behind = dialect.api, f"{discovery.BEHIND}/v2"
    return [
        *_shared(dialect),
        *_well_known(dialect),
        _get(discovery.GATEWAY_ROOT, "discovery", discovery.gateway_root, is_open=True),
        _get(f"{api}/users/me/", "me", users.myself),
        _get(f"{api}/users/{NUMBER}/", "users", users.shown),
        _collection(f"{api}/users/{NUMBER}/{KIND}/", "tokens", tokens.listed_of_user),
        _collection(f"{api}/applications/{NUMBER}/tokens/", "tokens", tokens.listed_of_application),
        *_resources(api, "(?P<collection>organizations)"),
        _get(f"{discovery.BEHIND}/", "discovery", discovery.behind_root, is_open=True),
        _get(f"{behind}/", "discovery", discovery.version_root, is_open=True),
        _get(f"{behind}/ping/", "ping", discovery.ping, is_open=True),
        _get(f"{behind}/me/", "me", users.me),
        _get(f"{behind}/config/", "config", discovery.config),
        _get(f"{behind}/users/", "users", users.listed),
        *_resources(behind),
        *_jobs(behind),
    ]


def _well_known(dialect: Dialect) -> list[Route]:
    paths = [path for path in dialect.oauth_root.values() if path.startswith(".well-known/")]
    return [
        _get(re.escape(f"{dialect.oauth}/{path}"), "discovery", discovery.no_oidc, is_open=True) for path in paths
    ]


ROUTES = {
    CONTROLLER.name: _controller(),
    **{dialect.name: _gateway(dialect) for dialect in (GATEWAY, GATEWAY_2026)},
}


def behind_proxy(path: str) -> str:
    """The path that the server sees: a proxy in front offers all of it below PREFIX, too, without its knowing."""
    return path.removeprefix(PREFIX) if path.startswith(f"{PREFIX}/") else path


def find(dialect: Dialect, path: str) -> tuple[Route, dict[str, str]] | None:
    """The endpoint at `path`, and what the path names; None if there is none."""
    for route in ROUTES[dialect.name]:
        if found := route.pattern.fullmatch(path):
            return route, found.groupdict()
    return None


def endpoint_namer(dialect: Dialect) -> Callable[[str, str], str | None]:
    """The function that tells what counts, log and faults call a request, by method and path."""

    def endpoint_name(method: str, path: str) -> str | None:
        found = find(dialect, behind_proxy(path))
        return f"{dialect.name}.{found[0].endpoint(method)}" if found else None

    return endpoint_name
