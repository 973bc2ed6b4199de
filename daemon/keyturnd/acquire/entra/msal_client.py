"""The `http_client` msal asks for: what msal hands over mended, what comes back checked before msal sees it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from keyturnd.acquire.entra import answers
from keyturnd.acquire.entra.refusals import AHEAD, CORRELATION_ID, Refusal, refused_answer
from keyturnd.acquire.loopback.issuer import Issuer, issuer_of
from keyturnd.acquire.network.answers import parse
from keyturnd.acquire.network.transport import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturnd.acquire.network.transport import Answer, Transport
    from keyturnd.messages.identities import EntraIdentity

FORM = "application/x-www-form-urlencoded"


class Response(NamedTuple):
    """What msal reads of an answer.

    Without headers: a Retry-After beside `authorization_pending` would make msal repeat that answer from its
    cache for so long; that of a 429 or 5xx never gets here (see http.py).
    """

    status_code: int
    text: str
    headers: Mapping[str, str] = {}

    def raise_for_status(self) -> None:
        """Nothing: the transport raised already."""


class Exchange(NamedTuple):
    """What msal hides of the last POST: when it was sent, its correlation id, what was asked and answered."""

    sent_at: float
    correlation_id: str
    answer: dict[str, Any]


class MsalClient:
    """msal's requests over our transport.

    A refusal of a token request is given to msal as it is; a refused discovery is raised, because msal would
    turn it into a ValueError that advises another format of the address.
    """

    def __init__(self, transport: Transport, identity: EntraIdentity) -> None:
        self._transport = transport
        self._identity = identity
        self.last: Exchange | None = None
        self.issuer = Issuer()
        """Who issues, by the OpenID configuration, which msal does not tell."""

    def get(
        self, url: str, params: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> Response:
        """The OpenID configuration: the one GET msal makes with instance discovery off."""
        query = _form(params)
        answer = self._transport.exchange(Request("GET", f"{url}?{query}" if query else url, headers or {}))
        place = urlsplit(url).netloc
        if answer.status != 200:
            refused = Refusal.read(refused_answer(answer.status, answer.body, place))
            raise refused.failed(self._identity, of_user=False)
        configuration = parse(answer.body, place)
        self.issuer = issuer_of(configuration)
        return _response(answer, answers.discovery(configuration, self._identity.authority))

    def post(
        self,
        url: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """A token or device authorization request."""
        query = _form(params)
        named = {**(headers or {}), "Content-Type": FORM}
        request = Request("POST", f"{url}?{query}" if query else url, named, _form(data).encode())
        answer = self._transport.exchange(request)
        place = urlsplit(url).netloc
        checked = _checked(answer, place, is_token_request="grant_type" in (data or {}))
        self.last = Exchange(answer.sent_at, _correlation_id(answer.headers) or _correlation_id(named), checked)
        return _response(answer, checked)

    def close(self) -> None:
        """Nothing: the process ends."""


def _form(fields: Mapping[str, Any] | None) -> str:
    """URL-encoded fields without the absent ones; bytes (msal's assertions) are encoded as what they hold."""
    return urlencode({name: value for name, value in (fields or {}).items() if value is not None})


def _checked(answer: Answer, place: str, *, is_token_request: bool) -> dict[str, Any]:
    if answer.status != 200:
        return refused_answer(answer.status, answer.body, place) | {AHEAD: answer.ahead or 0.0}
    parsed = parse(answer.body, place)
    return answers.token(parsed, place) if is_token_request else answers.device_code(parsed, place)


def _correlation_id(headers: Mapping[str, str]) -> str:
    """The id an administrator finds the request by: Entra echoes ours, which msal sends and then hides."""
    found = headers.get("client-request-id", "")
    return found if CORRELATION_ID.fullmatch(found) else ""


def _response(answer: Answer, content: dict[str, Any]) -> Response:
    return Response(answer.status, json.dumps(content))
