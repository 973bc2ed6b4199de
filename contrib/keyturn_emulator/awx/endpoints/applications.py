"""`applications/`: the clients of the token endpoint, and who may have tokens of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn_emulator.awx import refusals
from keyturn_emulator.awx.documents.application_shapes import application_row, named_key
from keyturn_emulator.awx.documents.fields import Fields, read
from keyturn_emulator.awx.endpoints import call
from keyturn_emulator.awx.state.people import ORGANISATION

if TYPE_CHECKING:
    from starlette.responses import Response

    from keyturn_emulator.awx.endpoints.call import Call
    from keyturn_emulator.awx.state.store import Application

MODEL = "OAuth2Application"
TYPES = ("confidential", "public")
GRANTS = ("password", "authorization-code")


async def listed(asked: Call) -> Response:
    """GET applications/: none for strangers on the controller, and refused to all but superusers on a gateway."""
    user = asked.caller.user
    if not asked.dialect.is_controller:
        _check_superuser(asked)
    found = asked.server.store.applications.values() if _may_read(asked) else []
    return call.listing(asked, [application_row(each, asked.server, user) for each in found], MODEL)


async def create(asked: Call) -> Response:
    """POST applications/: a superuser's right."""
    _check_superuser(asked)
    fields = Fields(await read(asked.request, asked.dialect), asked.dialect)
    name, kind = fields.text("name"), fields.choice("client_type", TYPES)
    grant, redirects = fields.choice("authorization_grant_type", GRANTS), fields.text("redirect_uris", "")
    description = fields.text("description", "")
    if fields.text("organization") not in {"", str(ORGANISATION)}:
        fields.wrong("organization", _no_such_key(fields.given("organization")))
    fields.finish()
    made = asked.server.store.register(
        name, kind, grant, asked.caller.user, redirect_uris=redirects, description=description
    )
    return call.created(application_row(made, asked.server, asked.caller.user, shown=True))


async def shown(asked: Call) -> Response:
    """GET applications/KEY/."""
    return call.answer(application_row(find(asked), asked.server, asked.caller.user))


async def change(asked: Call) -> Response:
    """PATCH or PUT applications/KEY/: name, description and redirect URIs."""
    application = find(asked)
    _check_superuser(asked)
    fields = Fields(await read(asked.request, asked.dialect), asked.dialect)
    name, description = fields.text("name", application.name), fields.text("description", application.description)
    redirects = fields.text("redirect_uris", application.redirect_uris)
    fields.finish()
    application.name, application.description, application.redirect_uris = name, description, redirects
    application.modified = asked.server.clock.now()
    return call.answer(application_row(application, asked.server, asked.caller.user))


async def delete(asked: Call) -> Response:
    """DELETE applications/KEY/: its tokens go with it."""
    application = find(asked)
    _check_superuser(asked)
    asked.server.store.unregister(application)
    return call.deleted()


def find(asked: Call) -> Application:
    """The application that the path names, by number or (on the controller) by name; Refusal if not readable."""
    found = _by_key(asked)
    if found is None:
        raise refusals.no_such(MODEL)
    if not _may_read(asked):
        raise refusals.forbidden()
    return found


def parent(asked: Call, fields: Fields) -> Application | None:
    """The application that a token is to be created under; a superuser's mistake is one of the field."""
    if not asked.caller.user.superuser or _by_key(asked) is not None:
        return find(asked)
    fields.wrong("application", _no_such_key(asked.path["key"]))
    return None


def named_in(asked: Call, fields: Fields) -> Application | None:
    """The application that the body names, None if it names none; Refusal if the caller gets no token of it."""
    value = fields.given("application")
    if value is None or value == "":
        return None
    if not asked.caller.user.superuser:
        return _for_member(asked, value) if asked.dialect.is_controller else _for_nobody()
    found = asked.server.store.applications.get(int(str(value))) if _is_number(value) else None
    if found is None:
        wrong = f"Incorrect type. Expected pk value, received {type(value).__name__}."
        fields.wrong("application", _no_such_key(value) if _is_number(value) else wrong)
    return found


def _for_member(asked: Call, value: object) -> Application:
    if not _is_number(value):
        raise refusals.bad_request("Bad data found in related field application.")
    found = asked.server.store.applications.get(int(str(value)))
    if found is None:
        raise refusals.bad_request("OAuth2Application matching query does not exist.")
    if not _may_read(asked):
        raise refusals.forbidden()
    return found


def _for_nobody() -> Application:
    # The gateway gives tokens of applications to superusers alone, and looks no further.
    raise refusals.forbidden()


def _by_key(asked: Call) -> Application | None:
    known, key = asked.server.store.applications, asked.path["key"]
    if key.isdecimal():
        return known.get(int(key))
    return next((each for each in known.values() if named_key(each) == key), None)


def _may_read(asked: Call) -> bool:
    user = asked.caller.user
    return user.superuser or (user.member and asked.dialect.is_controller)


def _check_superuser(asked: Call) -> None:
    if not asked.caller.user.superuser:
        raise refusals.forbidden()


def _is_number(value: object) -> bool:
    return not isinstance(value, bool) and str(value).isdecimal()


def _no_such_key(value: object) -> str:
    return f'Invalid pk "{value}" - object does not exist.'
