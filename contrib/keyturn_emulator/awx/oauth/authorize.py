"""`{oauth}/authorize/` and the log-in page before it, as measured on both servers (reference/awx.md section 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from starlette.responses import RedirectResponse, Response

from keyturn_emulator.awx.oauth.clients import read_form
from keyturn_emulator.awx.state.codes import Challenge
from keyturn_emulator.serving import pages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from keyturn_emulator.awx.oauth.clients import Form
    from keyturn_emulator.awx.state.people import User
    from keyturn_emulator.awx.state.server import Server
    from keyturn_emulator.awx.state.store import Application

COOKIE = "sessionid"
DEFAULT_SCOPE = "read write"
# Its port is not looked at where none was registered; `localhost` has no such right.
LOOPBACK = ("127.0.0.1", "::1")


async def show(server: Server, request: Request) -> Response:
    """GET {oauth}/authorize/: the consent page, each time, unless `approval_prompt=auto` finds a token."""
    user = server.codes.user_of(request.cookies.get(COOKIE))
    if user is None:
        return _to_login(server, request)
    query = dict(parse_qsl(request.url.query, keep_blank_values=True))
    application = _application(server, query)
    if application is None:
        # Nothing goes back to the client: what it says of itself is not to be trusted.
        return pages.page("Error: invalid_request", "Mismatching redirect URI or invalid client.", status=400)
    if (error := _error(server, query, application)) is not None:
        return _back(query, {"error": error})
    if query.get("approval_prompt") == "auto" and _holds_token(server, user, application):
        return _agreed(server, query, application, user)
    fields = [pages.hidden(name, value) for name, value in query.items()]
    body = pages.form(request.url.path, fields, {"allow": "Authorize", "cancel": "Cancel"})
    url = urlsplit(query["redirect_uri"])
    message = f"It asks for {_scope(query)} as {user.name}"
    return pages.page(f"Authorize {application.name}?", message, body, forms_to=f"'self' {url.scheme}://{url.netloc}")


async def decide(server: Server, request: Request) -> Response:
    """POST {oauth}/authorize/: what was pressed on the consent page."""
    user, form = server.codes.user_of(request.cookies.get(COOKIE)), await read_form(request)
    application = _application(server, form)
    if user is None or application is None or _error(server, form, application) is not None:
        return pages.page("Error: invalid_request", "That is not the page that was shown.", status=400)
    if form.get("decision") != "allow":
        return _back(form, {"error": "access_denied"})
    return _agreed(server, form, application, user)


async def log_in(server: Server, request: Request) -> Response:
    """The log-in page, which external accounts pass as well: an identity provider stands behind it for them."""
    if request.method == "GET":
        return _log_in_page(request, request.query_params.get("next", "/"))
    form = await read_form(request)
    user, following = server.people.check(form.get("username", ""), form.get("password", "")), form.get("next", "/")
    if user is None or not following.startswith(f"{server.dialect.oauth}/authorize/"):
        return _log_in_page(request, following, status=401)
    answer = RedirectResponse(following, 302)
    answer.set_cookie(COOKIE, server.codes.sign_in(user), secure=True, httponly=True, samesite="lax")
    return answer


def _to_login(server: Server, request: Request) -> Response:
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    answer = RedirectResponse(f"{server.dialect.login}?next={quote(path)}", 302)
    answer.headers["Content-Type"] = "text/html; charset=utf-8"
    return answer


def _log_in_page(request: Request, following: str, *, status: int = 200) -> Response:
    fields = [
        pages.hidden("next", following),
        '<label>Username <input name="username" autocomplete="username"></label>',
        '<label>Password <input name="password" type="password" autocomplete="current-password"></label>',
    ]
    body = pages.form(request.url.path, fields, {"continue": "Log in"})
    message = "Wrong username or password." if status == 401 else "The emulator's accounts have passwords here."
    # A browser holds the form's target against every redirect that follows, up to the client's own listener.
    return pages.page("Log in", message, body, status=status, forms_to="'self' http:")


def _application(server: Server, asked: Mapping[str, str]) -> Application | None:
    """The application that asks, if the redirect URI is one of its own."""
    applications = server.store.applications.values()
    found = next((each for each in applications if each.client_id == asked.get("client_id")), None)
    known = found.redirect_uris.split() if found else []
    return found if any(_fits(asked.get("redirect_uri", ""), each) for each in known) else None


def _fits(given: str, known: str) -> bool:
    """Letter for letter, but any port where a loopback address was registered without one."""
    if given == known:
        return True
    try:
        one, other = urlsplit(given), urlsplit(known)
        port = one.port
    except ValueError:
        return False
    loopback = other.scheme == "http" and other.hostname in LOOPBACK and other.port is None
    return loopback and port is not None and given == other._replace(netloc=f"{other.netloc}:{port}").geturl()


def _error(server: Server, asked: Mapping[str, str], application: Application) -> str | None:
    """What goes back to the client instead of a code."""
    if asked.get("response_type") != "code":
        return "unsupported_response_type"
    if application.grant != "authorization-code":
        return "unauthorized_client"
    if not set(_scope(asked).split()) <= set(server.dialect.scopes):
        return "invalid_scope"
    if asked.get("code_challenge_method", "plain") not in {"S256", "plain"}:
        return "invalid_request"
    return None


def _scope(asked: Mapping[str, str]) -> str:
    return asked.get("scope") or DEFAULT_SCOPE


def _holds_token(server: Server, user: User, application: Application) -> bool:
    tokens = server.store.tokens.values()
    return any(
        token.user == user and token.application is application and server.store.lives(token) for token in tokens
    )


def _agreed(server: Server, asked: Mapping[str, str], application: Application, user: User) -> Response:
    challenge = None
    if "code_challenge" in asked:
        challenge = Challenge(asked["code_challenge"], asked.get("code_challenge_method", "plain"))
    code = server.codes.issue(application, user, _scope(asked), asked["redirect_uri"], challenge)
    return _back(asked, {"code": code.value})


def _back(asked: Form, fields: dict[str, str]) -> Response:
    if "state" in asked:
        fields["state"] = asked["state"]
    url = urlsplit(asked["redirect_uri"])
    query = f"{url.query}&{urlencode(fields)}".lstrip("&")
    return RedirectResponse(url._replace(query=query).geturl(), 302)
