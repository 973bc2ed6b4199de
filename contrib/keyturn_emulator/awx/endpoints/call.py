"""One request to the API, as its endpoint sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from keyturn_emulator.awx.documents.lists import page_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request

    from keyturn_emulator.awx.authentication import Caller
    from keyturn_emulator.awx.dialect import Dialect
    from keyturn_emulator.awx.documents.shapes import Row
    from keyturn_emulator.awx.state.server import Server


@dataclass(frozen=True)
class Call:
    """A request that came through. path: what its URL names. known: who calls, None at an open endpoint."""

    request: Request
    server: Server
    path: Mapping[str, str]
    known: Caller | None = None

    @property
    def caller(self) -> Caller:
        """Who calls; not for open endpoints."""
        assert self.known is not None
        return self.known

    @property
    def dialect(self) -> Dialect:
        """The server's."""
        return self.server.dialect


def answer(row: Row) -> Response:
    """A document."""
    return JSONResponse(row)


def created(row: Row) -> Response:
    """The answer to a creation: where it is, and all of it."""
    return JSONResponse(row, 201, {"Location": str(row["url"])})


def deleted() -> Response:
    """The answer to a deletion."""
    return Response(status_code=204)


def listing(call: Call, rows: Sequence[Row], model: str, hidden: str = "") -> Response:
    """A page of `rows`, which are of the kind `model`. hidden: a field to filter and order by that is not shown."""
    request = call.request
    page = page_of(rows, model, request.url.path, dict(request.query_params), call.dialect)
    results: Sequence[Row] = page["results"]  # type: ignore[assignment]
    shown = [{name: value for name, value in row.items() if name != hidden} for row in results]
    return JSONResponse({**page, "results": shown})
