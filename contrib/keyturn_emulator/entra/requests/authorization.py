"""The query of an authorization request: where its answer goes, and what it asks for.

In two steps, because of RFC 6749 section 4.1.2.1: what is wrong with the destination is told to the person alone,
what is wrong with the rest goes back to the destination.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from keyturn_emulator.entra.refusals import EntraError, Kind
from keyturn_emulator.entra.requests.claims import ClaimsRequest, claims_of
from keyturn_emulator.entra.requests.clients import find_client
from keyturn_emulator.entra.requests.form import Form, malformed, required
from keyturn_emulator.entra.requests.scopes import Asked, user_scope

if TYPE_CHECKING:
    from keyturn_emulator.entra.directory.principals import Application, Tenant
    from keyturn_emulator.entra.directory.registry import Registry

PARAMETERS = frozenset(
    {
        *("client_id", "response_type", "redirect_uri", "response_mode", "state", "scope", "nonce", "prompt"),
        *("code_challenge", "code_challenge_method", "login_hint", "domain_hint", "claims", "client_info"),
        # MSAL tells Entra's edge whose data centre is near, here as in a header of its token requests.
        "X-AnchorMailbox",
    }
)
RESPONSE_MODES = ("query", "form_post", "fragment")
PROMPTS = frozenset({"none", "login", "consent", "select_account"})
# RFC 7636 section 4.2: the SHA-256 of the verifier.
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
# Their port is not looked at (RFC 8252 section 7.3); Entra has no `[::1]` among them.
LOOPBACK = ("localhost", "127.0.0.1")

WRONG_REDIRECT = Kind(
    50011,
    "invalid_request",
    "The redirect URI '{given}' specified in the request does not match the redirect URIs configured for the "
    "application '{client}'.",
)


@dataclass(frozen=True)
class Destination:
    """Who asked, and where and how the answer goes."""

    client: Application
    redirect_uri: str
    response_mode: str
    state: str | None


@dataclass(frozen=True)
class Authorization:
    """A request whose every parameter is good. challenge: of PKCE, always S256. nonce: for the ID token."""

    destination: Destination
    asked: Asked
    wanted: ClaimsRequest
    challenge: str | None = None
    nonce: str | None = None
    prompts: frozenset[str] = frozenset()
    login_hint: str | None = None
    domain_hint: str | None = None
    client_info: bool = False

    @property
    def client(self) -> Application:
        """Who asked."""
        return self.destination.client

    @property
    def redirect_uri(self) -> str:
        """Where the answer goes."""
        return self.destination.redirect_uri


def destination_of(form: Form, tenant: Tenant | None, registry: Registry) -> Destination:
    """Where the answer goes; EntraError if it may go nowhere."""
    client = find_client(required(form, "client_id"), tenant, registry)
    redirect_uri = required(form, "redirect_uri")
    if not any(_fits(redirect_uri, known) for known in client.redirect_uris):
        raise EntraError(WRONG_REDIRECT, given=redirect_uri, client=client.id)
    mode = form.get("response_mode", "query")
    if mode not in RESPONSE_MODES:
        raise malformed("an unknown response mode")
    return Destination(client, redirect_uri, mode, form.get("state"))


def authorization_of(form: Form, destination: Destination) -> Authorization:
    """What is asked for; EntraError, for the destination to hear, if it cannot be had."""
    client = destination.client
    if required(form, "response_type") != "code":
        raise malformed("only the authorization code flow is offered")
    if form.get("client_info", "1") != "1":
        raise malformed("the parameter 'client_info' can only be 1")
    return Authorization(
        destination=destination,
        asked=user_scope(required(form, "scope"), client, client.tenant),
        wanted=claims_of(form),
        challenge=_challenge(form, client),
        nonce=form.get("nonce"),
        prompts=_prompts(form),
        login_hint=form.get("login_hint"),
        domain_hint=form.get("domain_hint"),
        client_info="client_info" in form,
    )


def _challenge(form: Form, client: Application) -> str | None:
    """PKCE's; a public client cannot do without (RFC 8252 section 8.1), and `plain` is nobody's (RFC 9700, 2.1.1)."""
    if "code_challenge" not in form:
        if client.public or "code_challenge_method" in form:
            raise malformed("a code challenge is missing")
        return None
    if form.get("code_challenge_method") != "S256" or not CHALLENGE.fullmatch(form["code_challenge"]):
        raise malformed("the code challenge is not one of S256")
    return form["code_challenge"]


def _prompts(form: Form) -> frozenset[str]:
    prompts = frozenset(form["prompt"].split(" ")) if "prompt" in form else frozenset()
    if prompts - PROMPTS or (len(prompts) > 1 and "none" in prompts):
        raise malformed("an unknown prompt")
    return prompts


def _fits(given: str, known: str) -> bool:
    """Letter for letter, or on loopback without regard to the port and an empty path's slash."""
    if given == known:
        return True
    try:
        one, other = urlsplit(given), urlsplit(known)
        plain = _is_loopback(one) and _is_loopback(other)
    except ValueError:
        return False
    return plain and one.hostname == other.hostname and (one.path or "/") == (other.path or "/")


def _is_loopback(url: SplitResult) -> bool:
    """Whether it is http, a loopback name, perhaps a port, a path, and nothing else."""
    port = "" if url.port is None else f":{url.port}"
    return url.geturl() == f"http://{url.hostname}{port}{url.path}" and url.hostname in LOOPBACK
