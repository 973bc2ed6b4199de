"""What the daemon was started with, against this shell; the runtime directory; a unit of systemd's."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from keyturn import hints, shell
from keyturn.configuration.settings import NetworkSettings
from keyturn.console.requests import ask_running
from keyturn.errors import KeyturnError
from keyturn.home import home
from keyturn.reach.installed import program
from keyturn.reach.paths import socket_path
from keyturn.reach.spawn import chosen_environment
from keyturn.verbs.doctor.finding import Finding, failed, ok

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from keyturn.configuration.config import Config

FEW = 256
"""Descriptors below which many callers at once have to wait for each other."""
RUNTIME = "XDG_RUNTIME_DIR"
SPOKEN = {"proxy": "proxy", "no_proxy": "no_proxy", "ca_file": "CA file", "ca_directory": "CA directory"}


def look(config: Config | None) -> Iterator[Finding]:
    """One finding for each thing that is amiss, and one for the socket."""
    yield from _runtime_directory()
    yield from _units()
    yield from authorities(config)
    try:
        told = ask_running("GET", "/v1/surroundings")
    except KeyturnError as error:
        yield failed(error)
        return
    if told is not None:
        yield from _limits(told["limits"])
        yield from _network(config.network if config else NetworkSettings(), told["network"])


def authorities(config: Config | None) -> Iterator[Finding]:
    """Files of authorities, of the configuration or this shell, into which others can write their own.

    A group's right is none of a stranger's: on many systems each user has a group of his own.
    """
    configured = NetworkSettings() if config is None else config.network
    profiles = () if config is None else config.profiles.values()
    named = (configured.in_environment(chosen_environment(())).ca_file, *(profile.ca_file for profile in profiles))
    for file in dict.fromkeys(filter(None, named)):
        if (owner := _strangers(file)) is not None:
            told = f"{file} says whom keyturn believes, and {owner} can write it"
            hint = shell.keep_others_from_writing(file) if owner == "anybody" else shell.listing(file)
            yield Finding("warning", told, hint)


def _strangers(file: str) -> str | None:
    """Who beside us and root can write it, None where nobody can or it is not there."""
    try:
        status = os.stat(file)  # noqa: PTH116 - as it is named
    except OSError:
        return None
    if status.st_mode & stat.S_IWOTH:
        return "anybody"
    return f"uid {status.st_uid}" if status.st_uid not in {0, os.geteuid()} else None


def _runtime_directory() -> Iterator[Finding]:
    """A variable that leads nowhere is passed over, and other programs may not do so."""
    try:
        place = socket_path()
    except KeyturnError as error:
        yield failed(error)
        return
    named = os.environ.get(RUNTIME, "")
    if named and not Path(named).is_dir():
        yield Finding("warning", f"{RUNTIME} names {named}, which is not there", shell.unset(RUNTIME))
    elif named and Path(named).stat().st_uid != os.geteuid():
        yield Finding("warning", f"{RUNTIME} names {named}, which belongs to somebody else", shell.unset(RUNTIME))
    yield ok(f"the socket is {place}")


def _limits(limits: dict[str, Any]) -> Iterator[Finding]:
    descriptors = limits["descriptors"]
    if descriptors is not None and descriptors < FEW:
        told = f"the daemon was started where no more than {descriptors} files may be open at once"
        yield Finding("warning", told, hints.restart_daemon())
    if limits["file_size"] is not None:
        told = f"the daemon was started where no file may be larger than {limits['file_size']} bytes"
        yield Finding("warning", told, shell.lift_file_limit())


def _network(configured: NetworkSettings, of_daemon: dict[str, str | None]) -> Iterator[Finding]:
    """A daemon keeps what it was started with: a proxy that this shell has, or has no longer, is not its own.

    Which of the two is right, a person has to say: a shell's may come with a clone, and all secrets go that way.
    """
    here = configured.in_environment(chosen_environment(())).shown()
    for name, spoken in SPOKEN.items():
        if (here[name] or None) != (of_daemon[name] or None):
            told = f"the daemon's {spoken} is {of_daemon[name] or 'not set'}, this shell's {here[name] or 'not set'}"
            yield Finding("warning", told, hints.restart_daemon())


def _units() -> Iterator[Finding]:
    """Units of the user's that start another keyturn than this one (systemd.unit(5), the user unit search path)."""
    directories = (Path(os.environ.get("XDG_CONFIG_HOME") or f"{home()}/.config"), Path("/etc"))
    for directory in directories:
        for unit in sorted((directory / "systemd/user").glob("keyturn*.service")):
            yield _unit(unit)


def _unit(unit: Path) -> Finding:
    try:
        lines = unit.read_text("utf-8", "replace").splitlines()
        ours = Path(program("keyturnd")).parent
    except (OSError, KeyturnError):
        return Finding("warning", f"{unit} cannot be read", shell.listing(str(unit)))
    started = next((line.partition("=")[2].split() for line in lines if line.startswith("ExecStart=")), [])
    if not started or not Path(started[0]).exists():
        told = f"{unit} starts {started[0] if started else 'nothing'}, which is not there"
        return Finding("error", told, shell.listing(str(unit)))
    if Path(started[0]).resolve().parent != ours.resolve():
        return Finding("warning", f"{unit} starts {started[0]}, not the keyturn in {ours}", shell.listing(str(unit)))
    return ok(f"{unit} starts this keyturn")
