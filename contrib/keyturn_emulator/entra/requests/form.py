"""Reads the form of a token request as strictly as RFC 6749 allows, and a little more.

Entra ignores parameters it does not know. A stand-in that did would let misspelt ones pass, so here they are
refused. RFC 6749 section 3.2 has empty parameters treated as absent; here they are refused too, because the
known way to send one is an HTTP adapter that turned a None into `claims=` (reference/entra.md section 2).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from keyturn_emulator.entra import refusals
from keyturn_emulator.entra.refusals import EntraError

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.requests import Request

CONTENT_TYPE = "application/x-www-form-urlencoded"
TRACE = "client-request-id"
"""MSAL for Node.js writes it into the URL, others into a header."""
_TOLD = ("SKU", "VER", "OS", "CPU", "current-telemetry", "last-telemetry")
OF_ITSELF = {TRACE, "x-ms-lib-capability", *(f"x-client-{word}" for word in _TOLD)}
"""What it tells of itself in the form, where others have headers."""
LARGEST = 64 * 1024
BROKEN_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")

Form = dict[str, str]


async def read_form(request: Request, known: Collection[str]) -> Form:
    """The parameters of a POST; EntraError for another method, type, a query, or anything malformed."""
    if request.method != "POST":
        raise EntraError(refusals.POST_ONLY, method=request.method)
    if [name for name, _ in request.query_params.multi_items()] not in ([], [TRACE]):
        # RFC 6749 section 2.3.1: secrets must not be in the URL; nothing else belongs there.
        raise malformed("the endpoint takes no query parameters")
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != CONTENT_TYPE:
        # What Entra makes of a JSON body: it sees no parameter at all.
        raise EntraError(refusals.MISSING, name="client_id")
    form = {name: value for name, value in parse_form(await _read_body(request)).items() if name not in OF_ITSELF}
    for name in form:
        if name not in known:
            raise malformed("a parameter is not known to this endpoint and grant")
    return form


def parse_form(body: bytes) -> Form:
    """Decode `name=value` pairs; each name once, none empty."""
    form: Form = {}
    for pair in body.split(b"&") if body else []:
        name, equals, value = pair.partition(b"=")
        if not (name and equals and value):
            raise malformed("a parameter without name or value")
        key = decode_component(name)
        if key in form:
            raise EntraError(refusals.DUPLICATE, name=key)
        form[key] = decode_component(value)
    return form


def decode_component(text: bytes) -> str:
    """One name or value of a form; EntraError if its escapes or its UTF-8 are broken."""
    if BROKEN_PERCENT.search(text):
        raise malformed("a broken percent-encoding")
    try:
        return unquote_to_bytes(text.replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        raise malformed("a value that is not UTF-8") from None


def required(form: Form, name: str) -> str:
    """The value of a parameter that has to be there."""
    try:
        return form[name]
    except KeyError:
        raise EntraError(refusals.MISSING, name=name) from None


def malformed(what: str) -> EntraError:
    """The refusal of a request that cannot be understood; `what` is ours, not the caller's text."""
    return EntraError(refusals.MALFORMED, what=what)


async def _read_body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise malformed("the body is too large")
    return body
