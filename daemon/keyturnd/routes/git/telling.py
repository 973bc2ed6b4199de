"""What git is told of a failure: once, and with the reason that git itself has for it."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from keyturn import moves
from keyturn.errors import KeyturnError, Refused
from keyturn.kinds_of_hints import printed
from keyturnd.server.http import Response

if TYPE_CHECKING:
    from keyturnd.callers.peer import Tool
    from keyturnd.routes.git.wants import Asked
    from keyturnd.services import Services


def told_once(services: Services, asker: Tool | None, helper: int, error: KeyturnError, output: bytes) -> Response:
    """`error`, told once per asker: git-lfs asks six times for one push. Raises it the first time.

    output: what git has to read beside it.
    """
    if services.complaints.is_told(asker, helper, error.sentence):
        return Response(output, exit_status=error.exit_status)
    services.complaints.tell(asker, helper, error.sentence)
    # Of its own: the same error is told to others who waited, and remembered.
    told = copy(error)
    told.output = output.decode("ascii")
    raise told from None


def explained(error: KeyturnError, asked: Asked) -> KeyturnError:
    """`error`, a refusal of a token that git sends in a header with what git before 2.54 does to that.

    It begins a push of more than http.postBuffer without the header, and takes the 401 for a refusal of the token
    (reference/git.md section 2).
    """
    if not isinstance(error, Refused) or error.hint is None or not asked.takes_header:
        return error
    return Refused(error.sentence, moves.clients.large_push(printed(error.hint)))
