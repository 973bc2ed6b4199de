"""Which application calls the OAuth endpoints, and how it proves it."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote_plus

from starlette.responses import JSONResponse, Response

from keyturn_emulator.awx.authentication import split_basic
from keyturn_emulator.awx.documents.fields import FORM, media_type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from keyturn_emulator.awx.state.server import Server
    from keyturn_emulator.awx.state.store import Application

    Form = Mapping[str, str]

# RFC 6749 section 5.1.
UNCACHED = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class OAuthError(Exception):
    """An error of RFC 6749 section 5.2."""

    def __init__(self, error: str, description: str = "") -> None:
        super().__init__(error)
        self.error = error
        self._description = description

    def response(self) -> Response:
        """The answer: 401 for a client that is not who it says, else 400."""
        document = {"error": self.error}
        if self._description:
            document["error_description"] = self._description
        if self.error != "invalid_client":
            return JSONResponse(document, 400, UNCACHED)
        return JSONResponse(document, 401, {**UNCACHED, "WWW-Authenticate": 'Bearer error="invalid_client"'})


async def read_form(request: Request) -> Form:
    """The parameters of a POST, none if it is no form; OAuthError for a query or a parameter given twice."""
    if request.url.query:
        raise OAuthError("invalid_request", "URL query parameters are not allowed")
    if media_type(request) != FORM:
        return {}
    pairs = parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True)
    form = dict(pairs)
    if len(form) < len(pairs):
        raise OAuthError("invalid_request", "Duplicate parameter.")
    return form


def authenticate(server: Server, request: Request, form: Form) -> Application:
    """The application that calls; OAuthError if it cannot be believed.

    A confidential one proves itself by Basic or in the form. A public one only names itself in the form: by Basic,
    with its empty secret, it is refused.
    """
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        pair = split_basic(credentials) or ("", "")
        found = _proven(server, unquote_plus(pair[0]), unquote_plus(pair[1]))
    elif form.get("client_secret"):
        found = _proven(server, form.get("client_id", ""), form["client_secret"])
    else:
        found = _named(server, form.get("client_id", ""))
        found = None if found is None or found.confidential else found
    if found is None:
        raise OAuthError("invalid_client")
    return found


def _proven(server: Server, client_id: str, secret: str) -> Application | None:
    found = _named(server, client_id)
    if found is None:
        return None
    return found if hmac.compare_digest(found.secret.encode(), secret.encode("utf-8", "surrogatepass")) else None


def _named(server: Server, client_id: str) -> Application | None:
    return next((each for each in server.store.applications.values() if each.client_id == client_id), None)
