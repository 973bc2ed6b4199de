"""How both servers say no: word for word what the recordings hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, JSONResponse, Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturn_emulator.awx.dialect import Dialect

NOT_PROVIDED = "Authentication credentials were not provided."
# The controller says this whatever is wrong with the credentials (awx#3393).
NOT_PROVIDED_LOGIN = f"{NOT_PROVIDED} To establish a login session, visit /api/login/."
WRONG_TYPE = (
    "You did not use correct Content-Type in your HTTP request. If you are using our REST API, "
    "the Content-Type must be application/json"
)
PAGE = "<!doctype html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n"


class Refusal(Exception):
    """An answer that is no success. body: a JSON document, or a page's text. reason: for counts and the log."""

    def __init__(
        self, status: int, body: Mapping[str, object] | str, reason: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.is_page = isinstance(body, str)
        self._body = body
        self._headers = dict(headers or {})

    def response(self) -> Response:
        """The answer."""
        kind = HTMLResponse if self.is_page else JSONResponse
        return kind(self._body, self.status, self._headers)


def unauthenticated(dialect: Dialect, reason: str) -> Refusal:
    """401. reason: anonymous, password, or token (a bearer that is unknown, expired, revoked: nobody can tell)."""
    if dialect.is_controller:
        challenge = f"Bearer realm=api authorization_url={dialect.oauth}/authorize/"
        return Refusal(401, {"detail": NOT_PROVIDED_LOGIN}, reason, {"WWW-Authenticate": challenge})
    detail = "Invalid username/password." if reason == "password" else NOT_PROVIDED
    dead = ',error="invalid_token",error_description="The access token is invalid."' if reason == "token" else ""
    return Refusal(401, {"detail": detail}, reason, {"WWW-Authenticate": f'Bearer realm="api"{dead}'})


def forbidden(reason: str = "rights") -> Refusal:
    """403; `reason` is scope where a read token wanted to write."""
    return Refusal(403, {"detail": "You do not have permission to perform this action."}, reason)


def external_text(dialect: Dialect) -> str:
    """Why an external account gets no token."""
    return (
        "(access_denied) OAuth2 Tokens cannot be created by users associated with an external authentication "
        f"provider ({dialect.provider})"
    )


def external(dialect: Dialect) -> Refusal:
    """403 where a token was asked for by an account that an identity provider vouches for."""
    return Refusal(403, {"detail": external_text(dialect)}, "external")


def invalid(errors: Mapping[str, list[str]]) -> Refusal:
    """400 by field."""
    return Refusal(400, errors, "invalid")


def bad_request(detail: str) -> Refusal:
    """400 as a whole."""
    return Refusal(400, {"detail": detail}, "invalid")


def no_such(model: str) -> Refusal:
    """404 of an object, where the path is one of the API's."""
    return Refusal(404, {"detail": f"No {model} matches the given query."}, "missing")


def wrong_method(method: str) -> Refusal:
    """405 of the API; the token endpoint has its own."""
    return Refusal(405, {"detail": f'Method "{method}" not allowed.'}, "method")


def wrong_type(dialect: Dialect, media_type: str) -> Refusal:
    """415."""
    detail = WRONG_TYPE if dialect.is_controller else f'Unsupported media type "{media_type}" in request.'
    return Refusal(415, {"detail": detail}, "type")


def not_acceptable() -> Refusal:
    """406: JSON is all there is here (the real ones would also draw a page for a browser)."""
    return Refusal(406, {"detail": "Could not satisfy the request Accept header."}, "accept")


def no_page() -> Refusal:
    """404 of a path that is none."""
    return Refusal(404, PAGE.format(title="Not Found"), "path")


def broken() -> Refusal:
    """500, where the real one trips over its own feet."""
    return Refusal(500, PAGE.format(title="Server Error (500)"), "broken")
