"""One request to an AWX: JSON out, JSON back, and whatever else comes back instead."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from keyturn import moves
from keyturn.errors import ProviderRefused
from keyturnd.acquire.failed import Failed
from keyturnd.acquire.network.transport import EXCHANGE_LIMIT, Request, Transport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyturnd.acquire.awx.credentials import Credential
    from keyturnd.acquire.deadline import Deadline
    from keyturnd.messages import AwxIdentity, Network

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


class Api:
    """The HTTP dialogue of one acquisition with the server of `identity`."""

    def __init__(self, identity: AwxIdentity, network: Network, deadline: Deadline) -> None:
        self.identity = identity
        self.place = urlsplit(identity.url).netloc
        """Host and port, for people."""
        self._deadline = deadline
        self._transport = Transport(network, deadline)
        self._hurried = False

    def call(
        self, method: str, url: str, credential: Credential | None = None, body: dict[str, Any] | None = None
    ) -> Reply:
        """The reply to one request. Raises Failed for what never came, 408, 429, 5xx and redirects."""
        headers = {"Accept": "application/json"}
        if credential is not None:
            headers["Authorization"] = credential.header
        if body is not None:
            headers["Content-Type"] = "application/json"
        content = None if body is None else json.dumps(body).encode()
        self._transport.limit = self._limit()
        try:
            answer = self._transport.exchange(Request(method, url, headers, content))
        except Failed as failed:
            raise self._in_our_words(failed) from None
        return Reply(answer.status, _object(answer.body), answer.sent_at)

    @contextmanager
    def hurried(self) -> Iterator[None]:
        """Within it, no exchange may cost the caller what it has already."""
        self._hurried = True
        try:
            yield
        finally:
            self._hurried = False

    def _limit(self) -> float:
        return min(HURRIED_LIMIT, self._deadline.left() / HURRIED_SHARE) if self._hurried else EXCHANGE_LIMIT

    def _in_our_words(self, failed: Failed) -> Failed:
        """The transport's refusal is a redirect, and its hint names keys that an AWX profile does not have."""
        if failed.failure.kind != ProviderRefused.kind:
            return failed
        hint = moves.check("url", of=f"[profile.{self.identity.profile}]", also=moves.LOGIN_PAGE)
        return Failed(ProviderRefused, failed.failure.sentence, hint)


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
