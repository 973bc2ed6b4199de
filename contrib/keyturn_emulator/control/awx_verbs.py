"""What the controls do to the AWX servers. `server` in what is given is the name of one's dialect."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyturn_emulator.awx.state.server import Server
    from keyturn_emulator.awx.state.store import AccessToken
    from keyturn_emulator.control.verbs import Given
    from keyturn_emulator.world import World


async def tokens(world: World, given: Given) -> object:
    """GET /awx/tokens?server=NAME&user=NAME&description=TEXT: those that are accepted now, never their values."""
    server = world.awx.server(str(given["server"]))
    wanted = {name: str(given[name]) for name in ("user", "description") if name in given}
    rows = [_row(server, token) for token in server.store.tokens.values() if server.store.lives(token)]
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


async def revoke(world: World, given: Given) -> object:
    """POST /awx/revoke {server, id} or {server, all: true}: the rows are gone, as after a DELETE by an admin."""
    server = world.awx.server(str(given["server"]))
    chosen = _chosen(server, given)
    for token in chosen:
        server.store.delete(token)
    return {"revoked": len(chosen)}


async def expire(world: World, given: Given) -> object:
    """POST /awx/expire {server, id} or {server, all: true}: they end now, and stay listed."""
    server = world.awx.server(str(given["server"]))
    chosen = _chosen(server, given)
    for token in chosen:
        token.expires = world.clock.now()
    return {"expired": len(chosen)}


async def change_password(world: World, given: Given) -> object:
    """POST /awx/password {user, password?}: on both servers; tokens live on."""
    password = str(given["password"]) if "password" in given else None
    return {"password": world.awx.people.change_password(str(given["user"]), password)}


def _chosen(server: Server, given: Given) -> list[AccessToken]:
    known = server.store.tokens
    if given.get("all") is True:
        return list(known.values())
    found = known.get(int(str(given["id"])))
    if found is None:
        raise ValueError("there is no such token")
    return [found]


def _row(server: Server, token: AccessToken) -> dict[str, object]:
    now = server.clock.now()
    return {
        "id": token.id,
        "user": token.user.name,
        "description": token.description,
        "scope": token.scope,
        "application": token.application.name if token.application else None,
        "age": now - token.created,
        "expires_in": token.expires - now,
        "used": token.last_used is not None,
    }
