"""`tokens/`, also below users and applications: create, list, read, change, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn_emulator.awx import refusals
from keyturn_emulator.awx.documents.fields import REQUIRED, Fields, read
from keyturn_emulator.awx.documents.shapes import last_used, token_row
from keyturn_emulator.awx.endpoints import applications, call, users

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response

    from keyturn_emulator.awx.endpoints.call import Call
    from keyturn_emulator.awx.state.store import AccessToken, Application

MODEL = "OAuth2AccessToken"
PERSONAL, AUTHORIZED = "personal_tokens", "authorized_tokens"


async def listed(asked: Call) -> Response:
    """GET tokens/: one's own, all for a superuser. On a gateway of 2024 everybody sees everybody's."""
    user = asked.caller.user
    everything = user.superuser or asked.dialect.lists_all
    return _listed(asked, lambda token: everything or token.user == user)


async def listed_of_user(asked: Call) -> Response:
    """GET users/KEY/…: below `personal_tokens` and `authorized_tokens` they are the caller's, whoever KEY is."""
    owner, caller, kind = users.find(asked), asked.caller.user, asked.path["kind"]
    if kind == PERSONAL:
        return _listed(asked, lambda token: token.user == caller and token.application is None)
    if kind == AUTHORIZED:
        return _listed(asked, lambda token: token.user == caller and token.application is not None)
    return _listed(asked, lambda token: token.user == owner and (caller.superuser or owner == caller))


async def listed_of_application(asked: Call) -> Response:
    """GET applications/KEY/tokens/."""
    application, caller = applications.find(asked), asked.caller.user
    return _listed(
        asked, lambda token: token.application is application and (caller.superuser or token.user == caller)
    )


async def create(asked: Call) -> Response:
    """POST tokens/: for the caller, whoever `user` in the body is."""
    fields = Fields(await read(asked.request, asked.dialect), asked.dialect)
    return _create(asked, fields, applications.named_in(asked, fields))


async def create_under_user(asked: Call) -> Response:
    """POST users/KEY/…: for the caller, never for KEY; a superuser's KEY is not even looked at."""
    if not asked.caller.user.superuser:
        users.find(asked)
    fields = Fields(await read(asked.request, asked.dialect), asked.dialect)
    kind = asked.path["kind"]
    if kind == AUTHORIZED and fields.given("application") is None:
        fields.wrong("application", REQUIRED)
    return _create(asked, fields, None if kind == PERSONAL else applications.named_in(asked, fields))


async def create_under_application(asked: Call) -> Response:
    """POST applications/KEY/tokens/: of that application."""
    fields = Fields(await read(asked.request, asked.dialect), asked.dialect)
    return _create(asked, fields, applications.parent(asked, fields))


async def shown(asked: Call) -> Response:
    """GET tokens/N/."""
    return call.answer(token_row(_find(asked), asked.dialect))


async def change(asked: Call) -> Response:
    """PATCH or PUT tokens/N/: description and scope."""
    token = _find(asked)
    fields = Fields(await read(asked.request, asked.dialect), asked.dialect)
    description, scope = fields.text("description", token.description), fields.scope(token.scope)
    fields.finish()
    token.description, token.scope, token.modified = description, scope, asked.server.clock.now()
    return call.answer(token_row(token, asked.dialect))


async def delete(asked: Call) -> Response:
    """DELETE tokens/N/."""
    asked.server.store.delete(_find(asked))
    asked.server.count("deleted")
    return call.deleted()


def _listed(asked: Call, wanted: Callable[[AccessToken], bool]) -> Response:
    found = [token for token in asked.server.store.tokens.values() if wanted(token)]
    rows = [{**token_row(token, asked.dialect), "last_used": last_used(token)} for token in found]
    page = call.listing(asked, rows, MODEL, "last_used" if asked.dialect.is_controller else "")
    asked.server.count("listed")
    return page


def _create(asked: Call, fields: Fields, application: Application | None) -> Response:
    description, scope = fields.text("description", ""), fields.scope("write")
    fields.finish()
    caller = asked.caller
    made = asked.server.issue(caller.user, scope, caller.way, application, description)
    return call.created(token_row(made, asked.dialect, shown=True))


def _find(asked: Call) -> AccessToken:
    token = asked.server.store.tokens.get(int(asked.path["key"]))
    if token is None:
        raise refusals.no_such(MODEL)
    user = asked.caller.user
    if not (user.superuser or token.user == user):
        raise refusals.no_such(MODEL) if asked.dialect.hides_others else refusals.forbidden()
    return token
