"""What was asked of whom, for whoever wants to watch: no query, no header but the one that names the request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from keyturn.errors import one_line

if TYPE_CHECKING:
    from keyturnd.acquire.network.transport import Answer, Request

CORRELATION = ("client-request-id", "x-ms-request-id")
"""Headers by which Entra's administrators find a request; ours, or the service's own."""
_ID = re.compile(r"[0-9A-Za-z-]{8,64}")


def line(request: Request, answer: Answer | None, seconds: float) -> str:
    """One exchange. Paths of token endpoints hold a tenant, and no secret."""
    url = urlsplit(request.url)
    how = "no answer" if answer is None else f"status {answer.status}"
    named = _correlation_id(answer)
    remark = f", correlation id {named}" if named else ""
    return one_line(f"{request.method} {url.netloc}{url.path}: {how} after {seconds * 1000:.0f} ms{remark}")


def _correlation_id(answer: Answer | None) -> str:
    found = (answer.headers.get(name, "") for name in CORRELATION) if answer is not None else ()
    return next((value for value in found if _ID.fullmatch(value)), "")
