"""A failure as the channel carries it, and the error that it stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn import moves
from keyturn.errors import Bug, ProviderUnreachable
from keyturn.problems import BY_KIND
from keyturnd.messages.outcomes import NOT_CONNECTED, Failure

if TYPE_CHECKING:
    from keyturn.errors import KeyturnError


def failure_of(error: KeyturnError) -> Failure:
    """`error` in place of a process's own last message."""
    return Failure(error.kind, error.sentence, error.hint)


def error_of(failure: Failure) -> KeyturnError:
    """The error a failed acquisition stands for."""
    error_class, hint = BY_KIND.get(failure.kind, Bug), moves.waiting.told(failure.hint) if failure.hint else None
    if error_class is ProviderUnreachable:
        return ProviderUnreachable(
            failure.sentence,
            hint,
            retry_after=failure.retry_after,
            connected=failure.code != NOT_CONNECTED,
            beside=failure.beside,
        )
    return error_class(failure.sentence, hint)
