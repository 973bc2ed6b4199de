"""The status for people: what needs them first, then the daemon, then every profile."""

from __future__ import annotations

import os

from keyturn.console.moments import duration
from keyturn.home import home
from keyturn.kinds_of_hints import printed
from keyturn.verbs.status.profiles import profile_rows
from keyturn.verbs.status.row import COLUMN, Row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from keyturn.console.look import Look
    from keyturn.errors import ConfigError

UNPROTECTED = "no protection against"
"""In the daemon's warning, too, when it has just settled for a file. Whoever caused that has read it; from then on
the vault's row says it, as where the file was chosen: nothing has to be done, and the next daemon warns no more."""
WELL = "all is well with the daemon; keyturn doctor looks at tools and servers, too"
"""Those take longer than a status may: a helper that is not on PATH, a proxy that nobody reaches."""
KEY_SOURCES = {
    "keyring": "its key in the OS keyring",
    "file": f"its key in a file: {UNPROTECTED} someone who can read your files",
    "memory": "its key in memory alone: all of it is forgotten with the daemon",
}


def lines(status: dict[str, Any], look: Look, mistake: Callable[[], ConfigError | None]) -> Iterator[str]:
    """`status` as it is told on `look`. mistake: what is wrong with the configuration as it is read here."""
    blocks = [list(_overview(status, mistake))]
    blocks += [list(profile_rows(profile, look, running=status["running"])) for profile in status["profiles"]]
    if identities := status.get("identities"):  # most have none, and a daemon from before an upgrade tells none
        from keyturn.verbs.status.stand_ins import identity_rows  # noqa: PLC0415 - only here

        blocks += [list(identity_rows(identity, look)) for identity in identities]
    well = WELL if status["running"] else "nothing wrong is known, as no daemon runs"
    said = [row.says for rows in blocks for row in rows]
    yield look.verdict(said.count("error"), said.count("attention"), well)
    for rows in blocks:
        yield ""
        for row in rows:
            yield look.row(row.head, row.text, COLUMN, kind=row.colour, whole=row.whole)


def _overview(status: dict[str, Any], mistake: Callable[[], ConfigError | None]) -> Iterator[Row]:
    yield Row("daemon", _daemon(status))
    yield from _configuration(status, mistake)
    yield Row("state", _short(status["state"]))
    if status["running"]:
        yield from _vault(status)
        yield from (Row("warning", warning, says="attention") for warning in open_warnings(status))


def _daemon(status: dict[str, Any]) -> str:
    if not status["running"]:
        return "not running, starts when it is needed"
    memory = status["memory_kib"]
    size = f"{memory.get('pss', memory['peak']) / 1024:.0f} MiB"
    return f"version {status['version']}, running for {duration(status['uptime'])}, pid {status['pid']}, {size}"


def _configuration(status: dict[str, Any], mistake: Callable[[], ConfigError | None]) -> Iterator[Row]:
    """Where it is and what is wrong with it; with what helps, if the same is wrong here as for the daemon."""
    path, error = status["configuration"]["path"], status["configuration"]["error"]
    yield Row("configuration", _short(path))
    if error:
        yield Row("", f"error: {error}", says="error")
        here = mistake()
        if here is not None and here.hint is not None and here.sentence == error:
            yield _hint(here.hint)
    elif not status["profiles"]:
        is_there = os.path.exists(path)  # noqa: PTH110 - pathlib is an import more
        yield Row("", "there is no profile in it" if is_there else "it does not exist", says="attention")
        from keyturn import moves  # noqa: PLC0415 - only here

        yield _hint(moves.configuration.write_configuration())


def _short(path: str) -> str:
    """As a shell takes it, and sixty columns hold it."""
    directory = f"{home()}/"
    return f"~/{path.removeprefix(directory)}" if path.startswith(directory) else path


def _vault(status: dict[str, Any]) -> Iterator[Row]:
    """Open, not asked for yet, or closed: its keyring is locked, for instance."""
    error = status.get("vault_error")
    if error is None:
        source = status["key"]
        yield Row("vault", "not opened yet: nothing has asked for it" if source is None else opened(source))
        return
    yield Row("vault", f"closed: {error['sentence']}", says="error")
    yield from [Row("", f"hint: {error['hint']}", whole=True)] if error["hint"] else []


def opened(source: str) -> str:
    """That the vault is open, and what its key's place means; doctor says it in the same words."""
    return f"open, {KEY_SOURCES.get(source, f'its key from {source}')}"


def open_warnings(status: dict[str, Any]) -> list[str]:
    """Those of the daemon's that somebody has to do something about; doctor counts the same ones."""
    return [warning for warning in status["warnings"] if UNPROTECTED not in warning]


def _hint(hint: Any) -> Row:
    return Row("", f"hint: {printed(hint)}", whole=True)
