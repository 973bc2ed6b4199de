"""Long lists in pages: `limit` and `continue`, as the API server does it for kubectl's --chunk-size."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, TypeVar

from keyturn_emulator.kubernetes import refusals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Item = TypeVar("Item")


def page(
    items: Sequence[tuple[str, Item]], asked: Mapping[str, str], revision: str
) -> tuple[list[Item], dict[str, object]]:
    """The items of the page that the query `asked` for, of `items` sorted by name, and the list's metadata.

    Raises Refusal for a continue that is none (400), or one of another revision (410).
    """
    limit = _limit(asked.get("limit", ""))
    after = _last_name(asked["continue"], revision) if asked.get("continue") else ""
    left = [(name, item) for name, item in items if name > after]
    chosen, rest = (left[:limit], left[limit:]) if limit else (left, [])
    metadata: dict[str, object] = {"resourceVersion": revision}
    if rest:
        metadata |= {"continue": _token(chosen[-1][0], revision), "remainingItemCount": len(rest)}
    return [item for _, item in chosen], metadata


def _limit(text: str) -> int:
    if text and not (text.isascii() and text.isdigit()):
        raise refusals.bad_request("limit must be a number that is not negative")
    return int(text or "0")


def _token(name: str, revision: str) -> str:
    document = {"v": "meta.k8s.io/v1", "rv": revision, "start": name}
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode("ascii")


def _last_name(token: str, revision: str) -> str:
    try:
        document = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        kept, name = str(document["rv"]), str(document["start"])
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise refusals.bad_request("continue key is not valid") from None
    if kept != revision:
        raise refusals.list_expired()
    return name
