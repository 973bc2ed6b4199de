"""The configuration, the daemon that runs, and its vault."""

from __future__ import annotations

from keyturn import hints, moves
from keyturn.configuration.config import load
from keyturn.console import other_daemon
from keyturn.console.requests import ask_running
from keyturn.errors import ConfigError, KeyturnError
from keyturn.kinds_of_hints import Sentence
from keyturn.reach.paths import config_file
from keyturn.verbs.doctor.finding import Finding, failed, ok
from keyturn.verbs.status.lines import open_warnings, opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from keyturn.configuration.config import Config


def look_at_configuration() -> tuple[Config | None, Finding]:
    """The configuration, if it is valid, and what there is to say of it."""
    try:
        config = load(config_file())
    except ConfigError as error:
        return None, failed(error)
    if not config.source.exists():
        return None, Finding(
            "error",
            f"there is no configuration: {config.source} does not exist",
            moves.configuration.write_configuration(),
        )
    targets = len(config.git_targets) + len(config.kube_targets) + len(config.docker_targets)
    counted = f"{_counted(len(config.profiles), 'profile')}, {_counted(targets, 'target')}"
    return config, ok(f"{config.source} is valid: {counted}")


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def look_at_daemon() -> Iterator[Finding]:
    """The process, and what it warns of."""
    try:
        differences = other_daemon.differences()
        status = ask_running("GET", "/v1/status")
    except KeyturnError as error:
        yield failed(error)
        return
    if status is None:
        yield ok("no daemon runs; it starts when it is needed")
        return
    if differences:
        of_version_alone = differences.keys() == {other_daemon.VERSION}
        told = f"the daemon runs with {'; '.join(differences.values())}"
        yield Finding("warning", told, hints.restart_daemon(), safe=of_version_alone)
    else:
        yield ok(f"the daemon runs, version {status['version']}, pid {status['pid']}")
    yield from _vault(status)


def _vault(status: dict[str, Any]) -> Iterator[Finding]:
    if error := status.get("vault_error"):
        hint = Sentence(error["hint"]) if error["hint"] else None
        yield Finding("error", f"the vault is closed: {error['sentence']}", hint)
        return
    if status["key"] is not None:
        yield ok(f"the vault is {opened(status['key'])}")
    yield from (Finding("warning", warning) for warning in open_warnings(status))
