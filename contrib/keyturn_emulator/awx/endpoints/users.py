"""`users/` and `me/`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn_emulator.awx import refusals
from keyturn_emulator.awx.documents.shapes import user_row, user_rows
from keyturn_emulator.awx.endpoints import call

if TYPE_CHECKING:
    from starlette.responses import Response

    from keyturn_emulator.awx.endpoints.call import Call
    from keyturn_emulator.awx.state.people import User

MODEL = "User"


async def listed(asked: Call) -> Response:
    """GET users/: those the caller may see."""
    return call.listing(asked, user_rows(asked.caller.user, asked.dialect), MODEL)


async def me(asked: Call) -> Response:
    """GET me/: a list of one."""
    return call.listing(asked, [user_row(asked.caller.user, asked.dialect)], MODEL)


async def myself(asked: Call) -> Response:
    """GET users/me/ of the gateway: the caller, without a list around."""
    return call.answer(user_row(asked.caller.user, asked.dialect))


async def shown(asked: Call) -> Response:
    """GET users/KEY/."""
    return call.answer(user_row(find(asked), asked.dialect))


def find(asked: Call) -> User:
    """The user that the path names, by number or name; Refusal if there is none or the caller may not see them."""
    user = asked.server.people.find(asked.path["key"])
    if user is None:
        raise refusals.no_such(MODEL)
    if not asked.caller.user.may_see(user):
        raise refusals.forbidden()
    return user
