"""Whether the servers that tokens come from answer, and whether this machine's clock is theirs."""

from __future__ import annotations

from keyturn import moves
from keyturn.console.moments import duration
from keyturn.console.requests import ask
from keyturn.errors import KeyturnError
from keyturn.kinds_of_hints import Sentence
from keyturn.verbs.doctor.finding import Finding, failed, ok

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

NOTICED = 60.0
"""Seconds off, from which somebody should know."""
REFUSED = 300.0
"""Seconds off, from which Entra ID takes assertions for expired or not valid yet (AADSTS700024)."""


def look() -> Iterator[Finding]:
    """A finding for each server, and one for the clock if it is off. The daemon asks them, as it asks for tokens."""
    try:
        servers = ask("POST", "/v1/reachability", {}, waits=False)["servers"]
    except KeyturnError as error:
        yield failed(error, "the servers were not asked: ")
        return
    yield from map(_answered, servers)
    yield from _clock(servers)


def _answered(server: dict[str, Any]) -> Finding:
    used_by = f"{server['host']} (profile {', '.join(server['profiles'])})"
    if error := server["error"]:
        return Finding("error", f"{used_by}: {error['sentence']}", Sentence(error["hint"]) if error["hint"] else None)
    return ok(f"{used_by} answers, {'through ' + server['proxy'] if server['proxy'] else 'without a proxy'}")


def _clock(servers: list[dict[str, Any]]) -> Iterator[Finding]:
    """By the server that it differs from most: of several, one may be wrong, too."""
    known = [server for server in servers if server["clock_ahead"] is not None]
    worst = max(known, key=lambda server: abs(server["clock_ahead"]), default=None)
    if worst is None:
        return
    ahead, host = worst["clock_ahead"], worst["host"]
    if abs(ahead) < NOTICED:
        yield ok("this machine's clock is that of the servers")
        return
    told = f"this machine's clock is {duration(abs(ahead))} {'ahead of' if ahead > 0 else 'behind'} that of {host}"
    yield Finding("error" if abs(ahead) >= REFUSED else "warning", told, moves.machines.set_clock(ahead, host))
