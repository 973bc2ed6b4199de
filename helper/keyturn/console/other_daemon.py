"""A daemon that uses another configuration or state than this shell, or is of another version, is named once."""

from __future__ import annotations

import json
import sys
from functools import cache

from keyturn import __version__
from keyturn.errors import DaemonUnavailable, KeyturnError, UsageError
from keyturn.hints import restart_daemon
from keyturn.kinds_of_hints import printed
from keyturn.reach import client, launch
from keyturn.reach.paths import config_path, state_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

WHICH = client.Request("GET", "/v1/daemon")


@cache
def warn() -> None:
    """One line on stderr of how the daemon that runs differs from what we would start. Raises DaemonUnavailable."""
    if found := differences():
        sys.stderr.write(f"keyturn: warning: the daemon runs with {found}: {printed(restart_daemon())}\n")


@cache
def differences() -> str:
    """How the daemon that runs differs from what we would start, empty if it does not. Raises DaemonUnavailable."""
    try:
        connection = launch.find()
    except client.NotRunning:
        return ""
    try:
        told = json.loads(client.exchange(connection, WHICH).body)
    except client.NotRunning:
        return ""
    except UsageError:
        told = {"version": "an older one"}  # it has no such route
    except DaemonUnavailable:
        raise
    except KeyturnError:
        return ""  # what it refuses with, it will say to the request itself
    return "; ".join(_differences(told))


def _differences(told: dict[str, Any]) -> list[str]:
    ours = {"version": __version__, "configuration": config_path(), "state": state_path()}
    return [
        f"{name} {told[name]}, not {mine}" for name, mine in ours.items() if name in told and str(told[name]) != mine
    ]
