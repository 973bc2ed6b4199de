"""The token collection of an AWX: create, look, list, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from keyturn import hints, moves
from keyturn.errors import ProviderRefused
from keyturnd.acquire.awx import tokens
from keyturnd.acquire.awx.refusals import refusal
from keyturnd.acquire.failed import Failed

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturnd.acquire.awx.api import Api, Reply
    from keyturnd.acquire.awx.credentials import Credential
    from keyturnd.acquire.awx.dialects import Site
    from keyturnd.acquire.awx.tokens import Created

PAGE_SIZE = 100
PAGES = 3
"""Pages read at most. One description stands for one token, or a few when answers were lost; on a gateway, anybody
may give theirs the same one, and they shall not keep us busy for ever."""
LATELY = 10
"""Tokens looked at for the one that was used last: the user's other machines may use theirs at the same moment."""
NAME_LIMIT = 1024
"""Characters of a user's name, as AWX itself has it; what could not be shown on one line is nobody's."""


class Missing(Failed):
    """There is nothing at that URL, in the server's own words."""

    def __init__(self, api: Api, url: str) -> None:
        what = urlsplit(url).path.rstrip("/").rpartition("/")
        kind = "token" if what[0].endswith("tokens") else "application"
        hint = hints.on_awx(f"{kind}s", api.identity.profile)
        super().__init__(ProviderRefused, f"{api.place} has no {kind} {what[2]} that this user may see", hint)


class Server:
    """The tokens at `site`."""

    def __init__(self, api: Api, site: Site) -> None:
        self.api = api
        self.site = site
        self.url = site.tokens

    def create(self, credential: Credential, description: str, scope: str | None = None) -> Created:
        """A new token. `user` and `expires` would be ignored; only this path works for everybody.

        Raises Denied when nothing was created, Unusable when something was, Failed when nobody can tell.
        """
        identity = self.api.identity
        body: dict[str, Any] = {"description": description, "scope": scope or identity.scope}
        if identity.application is not None:
            body["application"] = identity.application
        reply = self.api.call("POST", self.url, credential, body)
        if not 200 <= reply.status < 300:
            raise refusal(self.api, reply, credential)
        return tokens.read(self.api, reply)

    def is_alive(self, credential: Credential) -> bool:
        """Whether the server still takes the token that `credential` is. Raises Failed when it does not tell."""
        place = self._one(credential.token_id) if credential.token_id else f"{self.site.api}me/"
        reply = self.api.call("GET", place, credential)
        if reply.status == 200 and reply.document is not None:
            return True
        if reply.status in {401, 404} and reply.document is not None:
            return False
        raise self.odd() if reply.status == 200 else refusal(self.api, reply, credential)

    def bearing(self, credential: Credential, description: str) -> list[int]:
        """The ids of the tokens with exactly this description. Raises Failed."""
        found: list[int] = []
        for page in range(1, PAGES + 1):
            query = f"?description={quote(description, safe='')}&page_size={PAGE_SIZE}&page={page}"
            reply = self.api.call("GET", self.url + query, credential)
            if page > 1 and reply.status == 404:
                break
            found += self._ids(reply, credential, description)
            if not reply.document or not reply.document.get("next"):
                break
        return found

    def who(self, credential: Credential) -> str:
        """The name of the user that `credential` is of. Raises Failed."""
        reply = self.api.call("GET", f"{self.site.api}me/", credential)
        match self._rows(reply, credential):
            case [{"username": str(name)}, *_] if name.isprintable() and len(name) <= NAME_LIMIT:
                return name
        raise self.odd()

    def newest(self, credential: Credential, application: int | None) -> int:
        """The highest id of the tokens of `application` there are, 0 where there is none. Raises Failed."""
        found = self._found(credential, f"?{_of('', application)}order_by=-id&page_size=1")
        return found[0]["id"] if found else 0

    def used_last(
        self, credential: Credential, account: str, application: int | None,
        fits: Callable[[dict[str, Any]], bool] = lambda row: True,  # noqa: ARG005
    ) -> dict[str, Any]:  # fmt: skip
        """The token of `account`'s for `application`, of those that fit, that was used last, with its id.

        Without the first filter, those never used would come first (reference/awx.md section 3); without the user's,
        a superuser's would be anybody's. Raises Failed.
        """
        query = f"?last_used__isnull=false&{_of(account, application)}order_by=-last_used&page_size={LATELY}"
        found = next(filter(fits, self._found(credential, query, account)), None)
        if found is None:
            raise self.odd()
        return found

    def unmarked(
        self, credential: Credential, application: int | None, noted: int, made: tuple[float, float]
    ) -> list[int]:
        """The ids of the user's tokens of `application` without a description, newer than id `noted`, `made` then.

        made: between these UTC epoch seconds. Raises Failed.
        """
        account = self.who(credential)
        query = f"?{_of(account, application)}order_by=-id&page_size={PAGE_SIZE}"
        found = self._found(credential, query, account)
        newer = [row for row in found if row["id"] > noted and not row.get("description")]
        return [row["id"] for row in newer if made[0] <= (tokens.moment(row.get("created")) or 0.0) <= made[1]]

    def describe(self, credential: Credential, token_id: int, description: str) -> None:
        """Give a token a description. Raises Failed."""
        self.change(credential, token_id, {"description": description})

    def change(self, credential: Credential, token_id: int, fields: dict[str, Any]) -> dict[str, Any]:
        """Change a token; what it is then. Raises Failed."""
        reply = self.api.call("PATCH", self._one(token_id), credential, fields)
        if reply.status != 200 or reply.document is None:
            raise refusal(self.api, reply, credential)
        return reply.document

    def document(self, credential: Credential, url: str) -> dict[str, Any]:
        """What there is at `url`. Raises Failed."""
        reply = self.api.call("GET", url, credential)
        if reply.status == 404 and reply.document is not None:
            raise Missing(self.api, url)
        if reply.status != 200 or reply.document is None:
            raise refusal(self.api, reply, credential)
        return reply.document

    def is_there(self, credential: Credential, token_id: int) -> bool:
        """Whether there is a token with this id, as far as `credential` may see. Raises Failed."""
        try:
            self.document(credential, self._one(token_id))
        except Missing:
            return False
        return True

    def delete(self, credential: Credential, token_id: int, *, surely_ours: bool = True) -> bool:
        """End a token: True when it is gone, False when it turns out to be somebody else's. Raises Failed."""
        reply = self.api.call("DELETE", self._one(token_id), credential)
        if 200 <= reply.status < 300:
            return True
        # A 404 without AWX's own words may come from anything that stands before it.
        if reply.status in {404, 410} and reply.document is not None:
            return True
        if reply.status == 401 and reply.document is not None and credential.token_id == token_id:
            return True  # the server does not know it any more, whatever it was that ended it
        if reply.status == 403 and reply.document is not None and credential.writes and not surely_ours:
            return False
        raise refusal(self.api, reply, credential)

    def _ids(self, reply: Reply, credential: Credential, description: str) -> list[int]:
        rows = self._rows(reply, credential)
        # Compared again: behind a server that ignores the filter would stand all tokens of the user.
        ours = [row for row in rows if row.get("description") == description]
        return [row["id"] for row in ours if tokens.is_id(row.get("id"))]

    def _found(self, credential: Credential, query: str, account: str = "") -> list[dict[str, Any]]:
        """The rows with an id on the first page of `query`, without those of others than `account`, if it is given.

        Compared again: behind a server that ignores the filter would stand everybody's.
        """
        rows = self._rows(self.api.call("GET", self.url + query, credential), credential)
        ours = [row for row in rows if not account or tokens.owner_of(row) in {account, ""}]
        return [row for row in ours if tokens.is_id(row.get("id"))]

    def _rows(self, reply: Reply, credential: Credential) -> list[dict[str, Any]]:
        if reply.status != 200:
            raise refusal(self.api, reply, credential)
        rows = (reply.document or {}).get("results")
        if not isinstance(rows, list):
            raise self.odd()
        return [row for row in rows if isinstance(row, dict)]

    def _one(self, token_id: int) -> str:
        return f"{self.url}{token_id}/"

    def odd(self) -> Failed:
        """Not what anybody asked for."""
        hint = moves.configuration.check("url", of=f"[profile.{self.api.identity.profile}]")
        return Failed(ProviderRefused, f"{self.api.place} answered with something that are no tokens", hint)


def _of(account: str, application: int | None) -> str:
    user = f"user__username={quote(account, safe='')}&" if account else ""
    return user if application is None else f"{user}application={application}&"
