"""What `keyturn awx new-token --what-if` shows: the one request that would create the token, to the letter."""

from __future__ import annotations

import json
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from keyturn.verbs.awx.creation import Creation

KINDS = {"/api/v2/": "a controller", "/api/gateway/v1/": "a platform gateway"}
NONCE = "<18 hex digits>"
CMDLETS = (
    ("POST users/0/tokens/", "-ForMe's path: ordinary users get 404 there, and gateways have no such path"),
    ("POST applications/ID/tokens/", "-Application's path: gateways answer 405; tokens/ does the same everywhere"),
)
"""The two paths of the cmdlet, and why they are not used (reference/awx.md section 2)."""


def request(planned: Creation, site: Mapping[str, Any]) -> dict[str, Any]:
    """At the server that answered as `site`."""
    return {"method": "POST", "url": f"{site['api']}tokens/", "body": _body(planned)}


def both(planned: Creation) -> list[dict[str, Any]]:
    """The two forms there are, where the server did not say which it is."""
    return [{"if": kind, **request(planned, {"api": f"{planned.profile.url}{path}"})} for path, kind in KINDS.items()]


def lines(
    planned: Creation, asked: Sequence[str], requests: Sequence[Mapping[str, Any]], reason: str
) -> Iterator[str]:
    """For people."""
    yield f"keyturn: what if: {planned.sentence()}"
    for line in asked:
        yield f"  asked, without signing in: {line}"
    if reason:
        yield f"  which of the two depends on the server, which could not be asked ({reason})"
    for planned_request in requests:
        condition = f"  if it is {planned_request['if']}: " if "if" in planned_request else "  would be sent: "
        yield f"{condition}{planned_request['method']} {planned_request['url']}"
        yield f"    {json.dumps(planned_request['body'], ensure_ascii=False)}"
    for path, why in CMDLETS:
        yield f"  not used: {path} ({why})"


def _body(planned: Creation) -> dict[str, Any]:
    """As it is sent, but for the nonce, which is drawn then."""
    mark = f"keyturn new-token@{os.uname().nodename} {NONCE}"
    own = planned.profile.description
    body = {"description": f"{own} {mark}" if own else mark, "scope": planned.scope}
    application = planned.profile.application
    return body if application is None else {**body, "application": application}
