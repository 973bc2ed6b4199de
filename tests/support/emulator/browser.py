"""A browser for the emulator's pages: it keeps cookies, reads forms and presses their buttons."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import httpx

from keyturn_emulator.browser import Form
from support.emulator.client import USER_SCOPE, trusting

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator

REDIRECT = "http://localhost:8400"
# RFC 7636 appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


class Browser:
    """Follows no redirect: where one leads is what a test wants to see."""

    def __init__(self, emulator: Emulator) -> None:
        ready = emulator.ready
        self.authorize_url = f"{ready.authority}/{ready.tenant}/oauth2/v2.0/authorize"
        self.client = ready.clients["device"]["application_id"]
        self.http = httpx.Client(verify=trusting(ready.ca_file), trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def request_url(self, **changes: str | None) -> str:
        """A good authorization request of the public client; a change to None leaves the parameter out."""
        query: dict[str, str | None] = {
            "client_id": self.client,
            "response_type": "code",
            "redirect_uri": REDIRECT,
            "scope": USER_SCOPE,
            "state": "a state & more",
            "nonce": "a nonce",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        asked = {name: value for name, value in {**query, **changes}.items() if value is not None}
        return f"{self.authorize_url}?{urlencode(asked)}"

    def open(self, url: str) -> httpx.Response:
        """What is shown at `url`."""
        return self.http.get(url)

    def press(self, page: httpx.Response, decision: str, **fields: str) -> httpx.Response:
        """Press a button of the form on `page`, with some of its fields filled in."""
        form = Form.of(page.text)
        assert decision in form.decisions, page.text
        return self.http.post(urljoin(str(page.url), form.action), data=form.filled(decision, fields))

    def sign_in(self, url: str, user: str = "alice@contoso.example") -> dict[str, str]:
        """Sign in as `user` and return what the client is sent."""
        return answer_of(self.press(self.open(url), "continue", user=user))


def answer_of(response: httpx.Response) -> dict[str, str]:
    """The fields that the client is sent, whichever way."""
    if response.status_code == 302:
        url = urlsplit(response.headers["location"])
        return dict(parse_qsl(url.query or url.fragment, strict_parsing=True))
    assert response.status_code == 200, response.text
    return Form.of(response.text).fields
