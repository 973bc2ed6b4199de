"""Somebody in front of the provider's pages: signs in, agrees or declines, and goes where they are sent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx
import pytest

from keyturn_emulator.browser import Form
from support.emulator.browser import CHALLENGE, VERIFIER
from support.emulator.client import trusting
from support.openid.clients import REDIRECT, SCOPE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from support.openid.provider import Provider

MOST_PAGES = 30
"""Redirects among them; more is a circle."""
CANCEL = re.compile(r'href="([^"]+/abort)"')
COMPLAINT = 'class="red"'


class Person:
    """Follows redirects and sends forms on, up to a page without one; keeps cookies, as a browser does.

    name: what they sign in with; `nameless` has nothing else that the provider would tell of them.
    """

    def __init__(self, provider: Provider, name: str = "alice") -> None:
        self.name = name
        self._provider = provider
        self._http = httpx.Client(verify=trusting(provider.ca_file), trust_env=False, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def visit(self, url: str, *, declines: bool = False, **typed: str) -> str:
        """The page that it ends on. typed: the fields that are filled in, beside name and password."""
        page = self._http.get(url)
        for _ in range(MOST_PAGES):
            following = self._next(page, typed, declines=declines)
            if following is None:
                return page.text
            page = self._http.send(following)
        raise AssertionError(f"no end of pages: {page.text}")

    def carried(self, url: str) -> str:
        """The address that a browser on another machine ends on, where nobody listens."""
        page = self._http.get(url)
        for _ in range(MOST_PAGES):
            following = self._next(page, {})
            assert following is not None, page.text
            if str(following.url).startswith(f"{REDIRECT}:"):
                return str(following.url)
            page = self._http.send(following)
        raise AssertionError(f"no end of pages: {page.text}")

    def refresh_token(self, client: str, proof: Mapping[str, str]) -> str:
        """One that a program other than keyturn got for this person."""
        asked = {
            "client_id": client, "response_type": "code", "redirect_uri": f"{REDIRECT}:8000", "prompt": "consent",
            "scope": f"openid profile offline_access {SCOPE}", "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }  # fmt: skip
        ended = self.carried(f"{self._provider.issuer}/oauth2/v2.0/authorize?{urlencode(asked)}")
        [code] = parse_qs(urlsplit(ended).query)["code"]
        form = {"grant_type": "authorization_code", "client_id": client, "code": code, "code_verifier": VERIFIER}
        redeemed = {**form, "redirect_uri": asked["redirect_uri"], **proof}
        return str(self._provider.post("oauth2/v2.0/token", redeemed)["refresh_token"])

    def _next(self, page: httpx.Response, typed: dict[str, str], *, declines: bool = False) -> httpx.Request | None:
        """What leads on from `page`, None where nothing does."""
        if page.is_redirect:
            return page.next_request
        cancel = CANCEL.search(page.text) if declines else None
        if cancel is not None:
            return self._http.build_request("GET", cancel[1])
        form = Form.of(page.text)
        if form.action is None or COMPLAINT in page.text:
            return None
        filled = {**typed, **form.fields, **self._name(form)}
        return self._http.build_request("POST", urljoin(str(page.url), form.action), data=filled)

    def _name(self, form: Form) -> dict[str, str]:
        """For the page that asks who it is: any password will do."""
        return {"login": self.name, "password": "any"} if form.fields.get("prompt") == "login" else {}


@pytest.fixture
def alice(openid: Provider) -> Iterator[Person]:
    """Somebody with an account there."""
    with Person(openid) as person:
        yield person
