"""One request to an AWX: JSON out, JSON back, and whatever else comes back instead."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from keyturn import moves
from keyturn.errors import ProviderRefused, one_line
from keyturnd.acquire.failed import Failed
from keyturnd.acquire.network.answers import loaded
from keyturnd.acquire.network.transport import EXCHANGE_LIMIT, Redirected, Request, Transport

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from keyturnd.acquire.awx.credentials import Client, Credential
    from keyturnd.acquire.deadline import Deadline
    from keyturnd.messages.identities import AwxIdentity, Network

TEXT_LIMIT = 1000
TARGET_LIMIT = 200
HURRIED_LIMIT = 5.0
"""Seconds for one exchange that nobody waits for."""
HURRIED_SHARE = 4
"""Such an exchange gets this fraction of the time left at most: a token in hand must still be delivered."""


class Reply(NamedTuple):
    """An answer below 500 that is no redirect. `sent_at`: UTC epoch seconds just before the request was sent."""

    status: int
    document: dict[str, Any] | None
    """The JSON object in it, None when it holds none: AWX sends pages with 403, 404 and 500, and nothing with 204."""
    sent_at: float
    text: str = ""
    """The first characters of one that is no JSON object."""


class Api:
    """The HTTP dialogue of one acquisition with the server of `identity`."""

    def __init__(self, identity: AwxIdentity, network: Network, deadline: Deadline) -> None:
        self.identity = identity
        self.place = urlsplit(identity.url).netloc
        """Host and port, for people."""
        self.deadline = deadline
        self._transport = Transport(network, deadline)
        self._hurried = False
        self.asked: list[str] = []
        """Method and URL of each request, in order."""

    def call(
        self, method: str, url: str, credential: Credential | None = None, body: dict[str, Any] | None = None
    ) -> Reply:
        """The reply to one request. Raises Failed for what never came, 408, 429, 5xx and redirects."""
        headers = {"Accept": "application/json"}
        if credential is not None:
            headers["Authorization"] = credential.header
        if body is not None:
            headers["Content-Type"] = "application/json"
        return self._exchange(Request(method, url, headers, None if body is None else json.dumps(body).encode()))

    def submit(self, url: str, form: Mapping[str, str], client: Client) -> Reply:
        """The same for a form that an application sends: its endpoints take no JSON (reference/awx.md section 3)."""
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
            **client.headers,
        }
        return self._exchange(Request("POST", url, headers, urlencode({**form, **client.fields}).encode()))

    def _exchange(self, request: Request) -> Reply:
        self._transport.limit = self._limit()
        self.asked.append(f"{request.method} {request.url}")
        try:
            answer = self._transport.exchange(request)
        except Failed as failed:
            raise self._in_our_words(failed, request) from None
        document = _object(answer.body)
        text = "" if document is not None else answer.body[:TEXT_LIMIT].decode("utf-8", "replace")
        return Reply(answer.status, document, answer.sent_at, text)

    @contextmanager
    def hurried(self) -> Iterator[None]:
        """Within it, no exchange may cost the caller what it has already."""
        self._hurried = True
        try:
            yield
        finally:
            self._hurried = False

    def _limit(self) -> float:
        return min(HURRIED_LIMIT, self.deadline.left() / HURRIED_SHARE) if self._hurried else EXCHANGE_LIMIT

    def _in_our_words(self, failed: Failed, request: Request) -> Failed:
        """A redirect leads to where the server is now, or to a network's login page: the whole target tells which."""
        if not isinstance(failed, Redirected):
            return failed
        profile, target = self.identity.profile, one_line(failed.target)[:TARGET_LIMIT]
        asked = request.url.removeprefix(self.identity.url).partition("?")[0]
        if target.startswith("https://") and target.endswith(asked):
            hint = moves.servers.moved(target.removesuffix(asked), profile)
        else:
            hint = moves.configuration.check("url", of=f"[profile.{profile}]", also=moves.configuration.LOGIN_PAGE)
        where = f"{self.place} wants to redirect to {target}, which is never followed" if target else ""
        return Failed(ProviderRefused, where or failed.failure.sentence, hint)


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        value = loaded(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
