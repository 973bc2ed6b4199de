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

VERSION = "version"
WHICH = client.Request("GET", "/v1/daemon")


@cache
def warn() -> None:
    """One line on stderr of how the daemon that runs differs from what we would start. Raises DaemonUnavailable."""
    if found := "; ".join(differences().values()):
        sys.stderr.write(f"keyturn: warning: the daemon runs with {found}: {printed(restart_daemon())}\n")


@cache
def differences() -> dict[str, str]:
    """In what the daemon that runs differs from what we would start, and how. Raises DaemonUnavailable."""
    try:
        connection = launch.find()
    except client.NotRunning:
        return {}
    try:
        told: dict[str, Any] = json.loads(client.exchange(connection, WHICH).body)
    except client.NotRunning:
        return {}
    except UsageError:
        return {VERSION: f"an older version than {__version__}"}  # it has no such route
    except DaemonUnavailable:
        raise
    except KeyturnError:
        return {}  # what it refuses with, it will say to the request itself
    ours = {VERSION: __version__, "configuration": config_path(), "state": state_path()}
    other = (name for name, mine in ours.items() if name in told and str(told[name]) != mine)
    return {name: f"{name} {told[name]}, not {ours[name]}" for name in other}
