"""`/oauth2/token`: an access token for a refresh token, in the three ways that clients ask for one."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from keyturn_emulator.bearer.signing import TokenRefused
from keyturn_emulator.registry import scopes
from keyturn_emulator.registry.access import NULL_USER
from keyturn_emulator.registry.form import Form, read_form
from keyturn_emulator.registry.refusals import RegistryError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from keyturn_emulator.ledger import Ledger
    from keyturn_emulator.registry.access import Doorkeeper

QUERY = ("service", "account", "client_id", "offline_token")
PARAMETERS = ("grant_type", "service", "refresh_token", "username", "password", "client_id", "access_type")


class Grants:
    """The endpoint."""

    def __init__(self, doorkeeper: Doorkeeper, ledger: Ledger) -> None:
        self._doorkeeper = doorkeeper
        self._ledger = ledger

    async def answer(self, request: Request) -> Response:
        """Answer one request, or raise RegistryError."""
        if request.method == "GET" and "authorization" not in request.headers:
            form = Form(request.url.query, QUERY)
            self._ledger.count("registry.token.anonymous")
            return JSONResponse({"access_token": self._access_token(form, None)})
        if request.method == "GET":
            form = Form(request.url.query, QUERY)
            way, refresh_token = "basic", _of_null_user(*_basic(request))
            offline = form.get("offline_token") == "true"
        elif request.method == "POST":
            form = await read_form(request, PARAMETERS)
            way, refresh_token = _posted(form)
            offline = form.get("access_type") == "offline"
        else:
            raise RegistryError(405, "UNSUPPORTED", "method", {"Allow": "GET, POST"})
        self._ledger.count(f"registry.token.{way}")
        answer = {"access_token": self._access_token(form, refresh_token)}
        self._ledger.count("registry.token.issued")
        # No expires_in, as ACR; but a login that asks for an offline token gets one (reference/docker.md).
        return JSONResponse(answer | ({"refresh_token": refresh_token} if offline else {}))

    def _access_token(self, form: Form, refresh_token: str | None) -> str:
        """For the scopes of `form`; without a refresh token, what anybody gets."""
        if form.required("service") != self._doorkeeper.login_server:
            raise RegistryError(400, "BAD_REQUEST", "service")
        wanted = scopes.parse(form.scopes())
        try:
            if refresh_token is None:
                return self._doorkeeper.anonymous_token(wanted)
            return self._doorkeeper.access_token(refresh_token, wanted)
        except TokenRefused as refused:
            raise RegistryError(401, "UNAUTHORIZED", refused.reason) from None


def _posted(form: Form) -> tuple[str, str]:
    """Which grant a form is, and the refresh token in it."""
    match form.required("grant_type"):
        case "refresh_token":
            return "refresh_token", form.required("refresh_token")
        case "password":
            return "password", _of_null_user(form.required("username"), form.required("password"))
        case _:
            raise RegistryError(400, "UNSUPPORTED", "grant")


def _of_null_user(user: str, password: str) -> str:
    """The null GUID says that the password is a refresh token; nobody else has an account here."""
    if user != NULL_USER:
        raise RegistryError(401, "UNAUTHORIZED", "user")
    return password


def _basic(request: Request) -> tuple[str, str]:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        raise RegistryError(401, "UNAUTHORIZED", "anonymous")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise RegistryError(401, "UNAUTHORIZED", "malformed") from None
    return user, password
