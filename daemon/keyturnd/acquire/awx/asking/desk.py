"""Where a question is answered: the server, and what is signed with there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from keyturn import moves
from keyturn.errors import ProviderRefused
from keyturnd.acquire.awx import tokens
from keyturnd.acquire.failed import Failed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyturnd.acquire.awx.credentials import Credential
    from keyturnd.acquire.awx.refusals import Denied
    from keyturnd.acquire.awx.server import Server

PAGE_SIZE = 200
"""The largest that a server gives (reference/awx.md section 4)."""
PAGES = 50

Row = dict[str, Any]


class Desk(NamedTuple):
    """`reader` may look, `writer` may change; both may be one token."""

    server: Server
    reader: Credential
    writer: Credential

    def rows(self, collection: str, query: str = "") -> list[Row]:
        """All rows of a collection, whatever its pages. Raises Failed."""
        return list(self._rows(collection, query))

    def row(self, collection: str, number: int) -> Row:
        """One row. Raises Failed."""
        return self.server.document(self.reader, f"{self.server.site.api}{collection}/{number}/")

    def _rows(self, collection: str, query: str) -> Iterator[Row]:
        for page in range(1, PAGES + 1):
            url = f"{self.server.site.api}{collection}/?{query}order_by=id&page_size={PAGE_SIZE}&page={page}"
            document = self.server.document(self.reader, url)
            found = document.get("results")
            if not isinstance(found, list):
                raise self.server.odd()
            yield from (_shortened(row) for row in found if isinstance(row, dict) and tokens.is_id(row.get("id")))
            if not document.get("next"):
                return


def _shortened(row: Row) -> Row:
    """Of many rows, without the addresses of all that is related: they are half of each, and told in one message."""
    return {name: value for name, value in row.items() if name != "related"}


def administrators_only(desk: Desk, denied: Denied, what: str) -> Failed:
    """A gateway's 403 for what it keeps from ordinary users, said as what it is."""
    api = desk.server.api
    if not denied.other_credential or denied.dead:
        return denied
    sentence = f"{api.place} {what} to administrators only, and {api.identity.username or 'this user'} is none"
    return Failed(ProviderRefused, sentence, moves.servers.ask_administrator(api.place))
