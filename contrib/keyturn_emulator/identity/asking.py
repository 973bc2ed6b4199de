"""What the endpoints have in common: a strict look at the query, and a secret compared."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.requests import Request

    from keyturn_emulator.entra.directory.principals import ManagedIdentity
    from keyturn_emulator.identity.machine import Machine


class NotAsked(Exception):
    """The request is not one of this endpoint's; `what` says why, in our words."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True)
class Dialect:
    """api_version: the only one taken. selectors: how an identity is named, by client_id, object_id, resource_id."""

    api_version: str
    selectors: dict[str, str]
    more: tuple[str, ...] = ()


def query_of(request: Request, dialect: Dialect) -> dict[str, str]:
    """The query, with its resource, in this dialect and nothing beside it; NotAsked otherwise."""
    pairs = request.query_params.multi_items()
    query = dict(pairs)
    known: Collection[str] = {"api-version", "resource", *dialect.selectors.values(), *dialect.more}
    if len(query) != len(pairs) or set(query) - set(known):
        raise NotAsked("a parameter is not known here, or there twice")
    if query.get("api-version") != dialect.api_version:
        raise NotAsked(f"the api-version is not {dialect.api_version}")
    if not query.get("resource"):
        raise NotAsked("the resource is missing")
    return query


def identity_of(request: Request, dialect: Dialect, machine: Machine, unknown: str) -> tuple[ManagedIdentity, str]:
    """Whose token is asked for, and for which resource; NotAsked, with `unknown` where there is no such identity."""
    query = query_of(request, dialect)
    identity = machine.identity(query, dialect.selectors)
    if identity is None:
        raise NotAsked(unknown)
    return identity, query["resource"]


def is_metadata(request: Request) -> bool:
    """Whether the header is there that no page in a browser can make it send: Metadata: true."""
    return [value.lower() for value in request.headers.getlist("metadata")] == ["true"]


def presents(request: Request, header: str, secret: str) -> bool:
    """Whether the one header of that name holds the secret."""
    values = request.headers.getlist(header)
    return len(values) == 1 and hmac.compare_digest(values[0].encode(), secret.encode())
