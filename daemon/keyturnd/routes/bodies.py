"""The JSON bodies of keyturn's own requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from keyturn import hints
from keyturn.errors import UsageError

if TYPE_CHECKING:
    from keyturnd.server.http import Request


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request's body; unknown members are refused, so that a typing mistake is not silently passed over."""


SomeBody = TypeVar("SomeBody", bound=Body)


def read_body(request: Request, form: type[SomeBody]) -> SomeBody:
    """The body as `form`. Raises UsageError, whose text names the member but never its value."""
    try:
        return msgspec.json.decode(request.body, type=form)
    except msgspec.ValidationError as error:
        raise UsageError(f"the request's body does not fit: {error}", hints.verb("--help")) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise UsageError("the request's body is not JSON", hints.verb("--help")) from None
