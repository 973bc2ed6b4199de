"""How tokens, users and times look in JSON."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from keyturn_emulator.awx.state.people import USERS

if TYPE_CHECKING:
    from keyturn_emulator.awx.dialect import Dialect
    from keyturn_emulator.awx.state.people import User
    from keyturn_emulator.awx.state.store import AccessToken

# Any number: it is Django's for the model.
TOKEN_CONTENT_TYPE = 15
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
USERS_SINCE = 1719878400.0

Row = dict[str, object]


def moment(seconds: float) -> str:
    """A time as both servers write it; good for the year 3026 too, which the default lifetime reaches."""
    return (EPOCH + dt.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def user_url(dialect: Dialect, user: User) -> str:
    """Where a user is."""
    return f"{dialect.api}/users/{user.id}/"


def user_summary(user: User) -> Row:
    """A user as others' `summary_fields` show it."""
    return {"id": user.id, "username": user.name, "first_name": "", "last_name": ""}


def token_row(token: AccessToken, dialect: Dialect, *, shown: bool = False) -> Row:
    """A token; its secrets only if `shown`, that is in the answer to its creation."""
    refresh = token.refresh.value if token.refresh else None
    row: Row = {
        "id": token.id,
        "url": f"{dialect.api}/tokens/{token.id}/",
        "related": _token_related(token, dialect),
        "summary_fields": _token_summaries(token, dialect),
        "created": moment(token.created),
        "modified": moment(token.modified),
        "description": token.description,
        "user": token.user.id,
        "token": token.value if shown else dialect.mask,
        "refresh_token": refresh if shown or refresh is None else dialect.mask,
        "application": token.application.id if token.application else None,
        "expires": moment(token.expires),
        "scope": token.scope,
    }
    if dialect.is_controller:
        return {"type": "o_auth2_access_token", **row}
    return {**row, "created_by": token.user.id, "modified_by": token.user.id, "last_used": last_used(token)}


def last_used(token: AccessToken) -> str | None:
    """When a token was used last: both servers filter and order by it, and gateways show it."""
    return None if token.last_used is None else moment(token.last_used)


def _token_related(token: AccessToken, dialect: Dialect) -> Row:
    user = user_url(dialect, token.user)
    activity = f"{dialect.api}/tokens/{token.id}/activity_stream/"
    related: Row = {"user": user, "activity_stream": activity}
    if token.application is not None:
        related["application"] = f"{dialect.api}/applications/{token.application.id}/"
    if not dialect.is_controller:
        related |= {"created_by": user, "modified_by": user, "activity_stream": _activity(token, dialect)}
    return related


def _activity(token: AccessToken, dialect: Dialect) -> str:
    return f"{dialect.api}/activitystream/?content_type={TOKEN_CONTENT_TYPE}&object_id={token.id}"


def _token_summaries(token: AccessToken, dialect: Dialect) -> Row:
    user = user_summary(token.user)
    summaries: Row = {"user": user}
    if token.application is not None:
        summaries["application"] = {"id": token.application.id, "name": token.application.name}
    if not dialect.is_controller:
        summaries |= {"created_by": user, "modified_by": user}
    return summaries


def user_row(user: User, dialect: Dialect) -> Row:
    """A user. The controller tells who is external, and so will get no token."""
    row: Row = {
        "id": user.id,
        "url": user_url(dialect, user),
        "related": {"tokens": f"{user_url(dialect, user)}tokens/"},
        "summary_fields": {},
        "created": moment(USERS_SINCE),
        "modified": moment(USERS_SINCE),
        "username": user.name,
        "first_name": "",
        "last_name": "",
        "email": f"{user.name}@contoso.example",
        "is_superuser": user.superuser,
    }
    if not dialect.is_controller:
        return row
    mine = f"{user_url(dialect, user)}personal_tokens/"
    row["related"] = {"tokens": f"{user_url(dialect, user)}tokens/", "personal_tokens": mine}
    outside = dialect.provider if user.external else None
    return {"type": "user", **row, "is_system_auditor": False, "ldap_dn": "", "external_account": outside}


def user_rows(viewer: User, dialect: Dialect) -> list[Row]:
    """The users that `viewer` gets to see."""
    return [user_row(user, dialect) for user in USERS if viewer.may_see(user)]
