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
    yield from map(_answered, (server for server in servers if not server["error"]))
    yield from _unreached([server for server in servers if server["error"]])
    yield from _clock(servers)


def _answered(server: dict[str, Any]) -> Finding:
    proxy = server["proxy"]
    return ok(f"{_used_by(server)} answers, {f'through {proxy}' if proxy else 'without a proxy'}")


def _unreached(servers: list[dict[str, Any]]) -> Iterator[Finding]:
    """A finding for each reason: one proxy stands before many servers."""
    for reason in dict.fromkeys(server["error"]["sentence"] for server in servers):
        behind = [server for server in servers if server["error"]["sentence"] == reason]
        first, *others = map(_used_by, behind)
        hint = behind[0]["error"]["hint"]
        told = f"{reason}, so that nothing reaches {', '.join((first, *others))}" if others else f"{first}: {reason}"
        yield Finding("error", told, Sentence(hint) if hint else None, reason=reason)


def _used_by(server: dict[str, Any]) -> str:
    return f"{server['host']} (profile {', '.join(server['profiles'])})"


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
