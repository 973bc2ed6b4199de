"""An AWX that is an object: the rules of a controller's tokens, and a way to be cut off at any request.

For tests of what the acquisition decides; the emulator plays the same over TLS, with everything around it.
"""

from __future__ import annotations

import base64
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import parse_qs, urlsplit

from keyturn import moves
from keyturn.errors import ProviderUnreachable
from keyturnd.acquire.awx.api import Reply
from keyturnd.acquire.awx.dialects import Site
from keyturnd.acquire.awx.server import Server
from keyturnd.acquire.awx.session import Session
from keyturnd.acquire.failed import Failed
from keyturnd.messages.identities import AwxIdentity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from keyturnd.acquire.awx.api import Api
    from keyturnd.acquire.awx.credentials import Credential
    from keyturnd.acquire.channel import Channel
    from keyturnd.messages.states import AwxState

PASSWORD = "planted-awx-password"
NOW = 1_789_997_600.0
"""2026-09-21T13:33:20Z."""
IDENTITY = AwxIdentity(
    profile="tower", url="https://awx.example", username="alice", scope="write", max_age=604800.0, host="build7"
)
UNKNOWN = {"detail": "Authentication credentials were not provided. To establish a login session, visit /api/login/."}
FORBIDDEN = {"detail": "You do not have permission to perform this action."}


class Killed(BaseException):
    """The end of the acquisition process, at whatever it was doing."""


class Row(NamedTuple):
    """A token on the server."""

    token: str
    scope: str
    description: str
    created: float = NOW


class InMemoryAwx:
    """Stands for the class Api. `before` and `after` see each request; raising there loses it, or its answer."""

    def __init__(self, identity: AwxIdentity = IDENTITY) -> None:
        self.identity = identity
        self.place = urlsplit(identity.url).netloc
        self.site = Site(f"{identity.url}/api/v2/", f"{identity.url}/api/o/", "/api/")
        self.url = self.site.tokens
        self.password = PASSWORD
        self.owner = identity.username
        self.rows: dict[int, Row] = {}
        self.requests: list[tuple[str, str]] = []
        self.credentials: list[str] = []
        """The Authorization header of each request."""
        self.issued = 0
        self.before: Callable[[str], None] = lambda _: None
        self.after: Callable[[str], None] = lambda _: None

    @contextmanager
    def hurried(self) -> Iterator[None]:
        yield

    @property
    def server(self) -> Server:
        """The acquisition's view of it."""
        return Server(cast("Api", self), self.site)

    def call(self, method: str, url: str, credential: Credential, body: dict[str, Any] | None = None) -> Reply:
        """One request of the class Api."""
        self.requests.append((method, url.removeprefix(self.url)))
        self.credentials.append(credential.header)
        self.before(method)
        status, document = self._answer(method, url.removeprefix(self.url), credential, body)
        self.after(method)
        return Reply(status, document, NOW)

    def _answer(
        self, method: str, rest: str, credential: Credential, body: dict[str, Any] | None
    ) -> tuple[int, dict[str, Any] | None]:
        scope = self._scope(credential.header)
        if scope is None:
            return 401, UNKNOWN
        if method != "GET" and scope == "read":
            return 403, FORBIDDEN
        if method == "POST":
            return self._create(body or {})
        if rest.endswith("/me/"):
            return 200, {"results": [{"username": self.owner}]}
        return self._list(rest) if rest.startswith("?") else self._one(method, int(rest.rstrip("/")), body or {})

    def _one(self, method: str, token_id: int, body: dict[str, Any]) -> tuple[int, dict[str, Any] | None]:
        if token_id not in self.rows:
            return 404, {"detail": "No OAuth2AccessToken matches the given query."}
        if method == "PATCH":
            self.rows[token_id] = self.rows[token_id]._replace(**body)
        if method == "DELETE":
            del self.rows[token_id]
            return 204, None
        return 200, self._shown(token_id)

    def _scope(self, header: str) -> str | None:
        kind, _, value = header.partition(" ")
        if kind == "Basic":
            pair = f"{self.identity.username}:{self.password}".encode()
            return "write" if base64.b64decode(value) == pair else None
        return next((row.scope for row in self.rows.values() if row.token == value), None)

    def _create(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.issued += 1
        self.rows[self.issued] = Row(f"planted{self.issued:023}", body["scope"], body["description"])
        told = {"token": self.rows[self.issued].token, "summary_fields": {"user": {"username": self.owner}}}
        return 201, self._shown(self.issued) | told

    def _list(self, query: str) -> tuple[int, dict[str, Any]]:
        wanted = parse_qs(query[1:])["description"][0]
        found = [self._shown(token_id) for token_id, row in self.rows.items() if row.description == wanted]
        return 200, {"count": len(found), "next": None, "previous": None, "results": found}

    def _shown(self, token_id: int) -> dict[str, Any]:
        row = self.rows[token_id]
        created = datetime.fromtimestamp(row.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        times = {"created": created, "expires": "3026-01-22T13:33:20.000000Z"}
        masked = {"token": "************", "refresh_token": None, "application": None}
        return {"id": token_id, "description": row.description, "scope": row.scope, **times, **masked}


class InMemoryChannel:
    """The daemon's side as an object: what was sealed is in `durable`, what a person types comes from `typed`."""

    def __init__(self, durable: AwxState | None = None, typed: tuple[str, ...] = ()) -> None:
        self.durable = durable
        self.seals: list[AwxState] = []
        self.asked: list[str] = []
        self.secrets: tuple[str, ...] = ()
        self.before: Callable[[str], None] = lambda _: None
        self.after: Callable[[str], None] = lambda _: None
        self._typed = list(typed)

    def seal(self, state: AwxState) -> None:
        self.before("seal")
        self.durable = state
        self.seals.append(state)
        self.after("seal")

    def ask(self, kind: str, prompt: str) -> str:
        assert kind == "password"
        self.asked.append(prompt)
        return self._typed.pop(0)


def session(awx: InMemoryAwx, channel: InMemoryChannel) -> Session:
    """The session of an acquisition that starts from what is durable."""
    return Session(awx.identity, cast("Channel", channel), awx.server, channel.durable)


def lost() -> Failed:
    """What an exchange ends in whose answer never came."""
    return Failed(
        ProviderUnreachable, "awx.example closed the connection or sent no valid answer", moves.waiting.later()
    )
