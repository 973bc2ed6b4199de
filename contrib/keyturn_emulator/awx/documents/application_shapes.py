"""How an application looks in JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn_emulator.awx.documents.shapes import moment, user_summary, user_url
from keyturn_emulator.awx.state.people import ORGANISATION, ORGANISATION_NAME

if TYPE_CHECKING:
    from keyturn_emulator.awx.dialect import Dialect
    from keyturn_emulator.awx.documents.shapes import Row
    from keyturn_emulator.awx.state.people import User
    from keyturn_emulator.awx.state.server import Server
    from keyturn_emulator.awx.state.store import Application

# Any number: it is Django's for the model.
CONTENT_TYPE = 16
MOST_TOKENS = 10


def application_row(application: Application, server: Server, viewer: User, *, shown: bool = False) -> Row:
    """An application; a confidential one's secret only if `shown`, a public one's never."""
    dialect = server.dialect
    own = _controller(application, dialect, viewer) if dialect.is_controller else _gateway(application, dialect)
    row: Row = {
        "id": application.id,
        "url": url_of(application, dialect),
        "created": moment(application.created),
        "modified": moment(application.modified),
        "name": application.name,
        "description": application.description,
        "client_id": application.client_id,
        "client_type": application.client_type,
        "redirect_uris": application.redirect_uris,
        "authorization_grant_type": application.grant,
        "skip_authorization": False,
        "organization": ORGANISATION,
        **own,
        **dialect.application_fields,
    }
    summaries = row["summary_fields"]
    assert isinstance(summaries, dict)
    summaries["tokens"] = _tokens(application, server)
    if application.confidential:
        row["client_secret"] = application.secret if shown else dialect.mask
    return row


def url_of(application: Application, dialect: Dialect) -> str:
    """Where an application is."""
    return f"{dialect.api}/applications/{application.id}/"


def _controller(application: Application, dialect: Dialect, viewer: User) -> Row:
    url = url_of(application, dialect)
    named = f"{dialect.api}/applications/{named_key(application)}/"
    return {
        "type": "o_auth2_application",
        "related": {
            "named_url": named,
            "tokens": f"{url}tokens/",
            "activity_stream": f"{url}activity_stream/",
            "organization": _organisation_url(dialect),
        },
        "summary_fields": {
            "organization": {"id": ORGANISATION, "name": ORGANISATION_NAME, "description": ""},
            "user_capabilities": {"edit": viewer.superuser, "delete": viewer.superuser},
        },
    }


def named_key(application: Application) -> str:
    """What stands for the number in a named URL of the controller."""
    return f"{application.name}++{ORGANISATION_NAME}"


def _gateway(application: Application, dialect: Dialect) -> Row:
    creator, summary = user_url(dialect, application.creator), user_summary(application.creator)
    activity = f"{dialect.api}/activitystream/?content_type={CONTENT_TYPE}&object_id={application.id}"
    return {
        "algorithm": "",
        "post_logout_redirect_uris": "",
        "user": None,
        "created_by": application.creator.id,
        "modified_by": application.creator.id,
        "related": {
            "access_tokens": f"{url_of(application, dialect)}tokens/",
            "activity_stream": activity,
            "created_by": creator,
            "modified_by": creator,
            "organization": _organisation_url(dialect),
        },
        "summary_fields": {
            "created_by": summary,
            "modified_by": summary,
            "organization": {"id": ORGANISATION, "name": ORGANISATION_NAME},
        },
    }


def _organisation_url(dialect: Dialect) -> str:
    return f"{dialect.api}/organizations/{ORGANISATION}/"


def _tokens(application: Application, server: Server) -> Row:
    found = [token for token in server.store.tokens.values() if token.application is application]
    shown = [{"id": each.id, "token": server.dialect.mask, "scope": each.scope} for each in found[:MOST_TOKENS]]
    return {"count": len(found), "results": shown}
