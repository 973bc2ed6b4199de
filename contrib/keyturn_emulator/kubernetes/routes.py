"""Where the API server's endpoints are, what counts call them, and who may call them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse

from keyturn_emulator.bearer.signing import TokenRefused
from keyturn_emulator.kubernetes import discovery, refusals, reviews
from keyturn_emulator.kubernetes.negotiation import PLAIN, TABLE, choose
from keyturn_emulator.kubernetes.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

    from keyturn_emulator.kubernetes.access import Doorkeeper, User
    from keyturn_emulator.kubernetes.namespaces import Namespaces
    from keyturn_emulator.ledger import Ledger

    ReviewMaker = Callable[[Request, User], Awaitable[dict[str, object]]]

NAMES = (
    (re.compile(r"/version/?"), "kube.version"),  # kr8s asks with a slash at the end
    (re.compile(r"/(healthz|livez|readyz)"), "kube.health"),
    (re.compile(r"/apis?|/api/v1|/apis/[^/]+(/[^/]+)?"), "kube.discovery"),
    (re.compile(r"/api/v1/namespaces(/[^/]+)?"), "kube.namespaces"),
    (re.compile(r"/apis/auth[a-z]+\.k8s\.io/v1/selfsubject[a-z]+"), "kube.review"),
)
REVIEWS: dict[str, ReviewMaker] = {
    "/apis/authentication.k8s.io/v1/selfsubjectreviews": reviews.self_subject,
    "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews": reviews.self_subject_access,
}
NAMESPACES = "/api/v1/namespaces"
VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}


def endpoint_name(_method: str, path: str) -> str | None:
    """What counts, log and faults call the endpoint at `path`; None for a path that is none."""
    return next((name for pattern, name in NAMES if pattern.fullmatch(path)), None)


class Cluster:
    """ASGI application of the cluster's port."""

    def __init__(self, doorkeeper: Doorkeeper, namespaces: Namespaces, ledger: Ledger) -> None:
        self._doorkeeper = doorkeeper
        self._namespaces = namespaces
        self._ledger = ledger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: first who asks, then what for."""
        request = Request(scope, receive)
        try:
            answer = await self._answer(request, self._user(request))
        except Refusal as refusal:
            request.state.note["reason"] = refusal.reason
            answer = refusal.response()
        await answer(scope, receive, send)

    def _user(self, request: Request) -> User:
        try:
            user = self._doorkeeper.admit(request.headers)
        except TokenRefused as refused:
            self._ledger.count(*_counts_of(refused.reason))
            raise refusals.unauthorized() from None
        self._ledger.count("kube.authorized")
        return user

    async def _answer(self, request: Request, user: User) -> Response:
        path = request.url.path
        if (review := REVIEWS.get(path)) is not None:
            return await _reviewed(request, user, review)
        if path == NAMESPACES or path.startswith(f"{NAMESPACES}/"):
            return self._namespace(request, user, path.removeprefix(NAMESPACES).removeprefix("/"))
        if request.method not in {"GET", "HEAD"}:
            raise (
                refusals.no_such_path() if endpoint_name(request.method, path) is None else refusals.no_such_method()
            )
        if path in {"/version", "/version/"}:
            return JSONResponse(discovery.VERSION)
        return PlainTextResponse("ok") if endpoint_name("GET", path) == "kube.health" else _discovered(request)

    def _namespace(self, request: Request, user: User, name: str) -> Response:
        if "/" in name:
            raise refusals.no_such_path()
        if request.method in VERBS:
            raise refusals.forbidden(user.name, VERBS[request.method], "namespaces", name)
        form, asked = choose(request.headers, (PLAIN, TABLE)), request.query_params
        found = self._namespaces.one(name, asked, form) if name else self._namespaces.listed(asked, form)
        return JSONResponse(found, headers={"Cache-Control": "no-cache, private"})


def _counts_of(reason: str) -> tuple[str, ...]:
    return ("kube.anonymous",) if reason == "anonymous" else ("kube.refused", f"kube.refused.{reason}")


async def _reviewed(request: Request, user: User, review: ReviewMaker) -> Response:
    if request.method != "POST":
        raise refusals.no_such_method()
    choose(request.headers, (PLAIN,))
    return JSONResponse(await review(request, user), 201)


def _discovered(request: Request) -> Response:
    path = request.url.path
    # Only the two roots are to be had aggregated.
    offered = (PLAIN, *discovery.AGGREGATED) if path in {"/api", "/apis"} else (PLAIN,)
    form = choose(request.headers, offered)
    document = discovery.document(path, form)
    if document is None:
        raise refusals.no_such_path()
    headers = {"Content-Type": form.content_type, "Vary": "Accept"}
    return JSONResponse(document, headers=headers)
