"""The questions, by name. A fixed table: nothing is called because a message names it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from keyturn import hints, moves
from keyturn.errors import ProviderRefused
from keyturnd.acquire.awx import tokens
from keyturnd.acquire.awx.asking.desk import administrators_only
from keyturnd.acquire.awx.credentials import Credential
from keyturnd.acquire.awx.refusals import Denied
from keyturnd.acquire.failed import Failed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from keyturnd.acquire.awx.asking.desk import Desk, Row


def me(desk: Desk) -> str:
    """Whose the profile's token is, by which the server proves that it takes it."""
    return desk.server.who(desk.reader)


def token_list(
    desk: Desk,
    *,
    mine: bool = False,
    personal: bool = False,
    application: int | None = None,
    expired: bool = False,
    unused: bool = False,
    made: bool = False,
) -> list[Row]:
    """The tokens the user may see; `made`: by keyturn. Gateways of before 2026 show everybody's."""
    query = "application__isnull=true&" if personal else ""
    query += "" if application is None else f"application={application}&"
    query += f"expires__lt={datetime.fromtimestamp(time.time(), UTC):%Y-%m-%dT%H:%M:%SZ}&" if expired else ""
    query += "last_used__isnull=true&" if unused else ""
    found = desk.rows("tokens", query)
    if made:
        found = [row for row in found if tokens.made_by_us(row.get("description"))]
    if not (mine and found):
        return found
    user = desk.server.who(desk.reader)
    return [row for row in found if tokens.owner_of(row) == user]


def token(desk: Desk, *, number: int) -> Row:
    """One token, masked as ever."""
    return desk.row("tokens", number)


def update(desk: Desk, *, number: int, description: str | None = None, scope: str | None = None) -> Row:
    """Change what is given."""
    wanted = {"description": description, "scope": scope}
    return desk.server.change(
        desk.writer, number, {name: value for name, value in wanted.items() if value is not None}
    )


def revoke(desk: Desk, *, number: int, value: str | None = None) -> Row:
    """Delete a token by its id, and see that it is gone; `value`: the token, where it is held.

    A revocation endpoint proves nothing: on gateways since 2024 it answers 200 and does nothing.
    """
    row = token(desk, number=number)
    desk.server.delete(desk.writer, number)
    if value is None:
        gone = desk.writer.token_id == number or not desk.server.is_there(desk.reader, number)
    else:
        gone = not desk.server.is_alive(Credential(f"Bearer {value}", value, writes=False))
    if not gone:
        api = desk.server.api
        raise Failed(
            ProviderRefused, f"{api.place} deleted token {number}, and still takes it", moves.waiting.report()
        )
    return row


def create(desk: Desk, *, description: str, scope: str) -> Row:
    """A new token, in the server's own words. One whose answer was lost is deleted, if it is found."""
    try:
        return desk.server.create(desk.writer, description, scope).document
    except Denied as denied:
        api = desk.server.api
        if api.identity.application is None or api.identity.flow != "password":
            raise
        raise administrators_only(desk, denied, "creates tokens of applications this way") from None
    except Failed as failed:
        try:
            drop(desk, description=description)
        except Denied:
            raise failed from None  # it says nothing of what was asked for before, and may have been carried out
        raise


def drop(desk: Desk, *, description: str) -> None:
    """Delete all tokens with exactly this description."""
    for number in desk.server.bearing(desk.writer, description):
        desk.server.delete(desk.writer, number, surely_ours=False)


def application_list(desk: Desk) -> list[Row]:
    """The applications the user may see."""
    try:
        return desk.rows("applications")
    except Denied as denied:
        raise administrators_only(desk, denied, "shows applications") from None


def application(desk: Desk, *, number: int) -> Row:
    """One application; its secret is masked."""
    try:
        return desk.row("applications", number)
    except Denied as denied:
        raise administrators_only(desk, denied, "shows applications") from None


def orphans(desk: Desk, *, held: tuple[int, ...] = ()) -> list[Row]:
    """The user's tokens that keyturn has made on this machine and that nobody here holds."""
    host = desk.server.api.identity.host
    ours = [row for row in token_list(desk, mine=True, made=True) if tokens.made_on(host, row["description"])]
    return [row for row in ours if row["id"] not in held]


def sweep(desk: Desk, *, numbers: tuple[int, ...]) -> list[int]:
    """Delete those of `numbers` that are orphans still; the ids that are gone."""
    left = {row["id"] for row in orphans(desk)} & set(numbers)
    return [number for number in sorted(left) if desk.server.delete(desk.writer, number, surely_ours=False)]


MAKING: Mapping[str, Callable[..., Any]] = {"create": create, "drop": drop}
"""What takes no token to look by."""
QUESTIONS: Mapping[str, Callable[..., Any]] = {
    "me": me,
    "tokens": token_list,
    "token": token,
    "update": update,
    "revoke": revoke,
    "applications": application_list,
    "application": application,
    "orphans": orphans,
    "sweep": sweep,
}
CHANGING = frozenset({"update", "revoke", "sweep"})


def no_writer(profile: str) -> Failed:
    """Nothing there is may change anything: a read token may not, and no password is entrusted."""
    sentence = f"the token of profile {profile} may only read"
    return Failed(ProviderRefused, sentence, hints.entrust(profile))
