"""`keyturn daemon start|stop|restart|run`."""

from __future__ import annotations

import argparse

from keyturn import client, launch
from keyturn.cli.requests import ask_running, print_json
from keyturn.errors import KeyturnError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

ACTIONS = ("start", "stop", "restart", "run")


def run(arguments: Sequence[str]) -> int:
    """The verb's exit status."""
    parser = argparse.ArgumentParser(
        prog="keyturn daemon",
        description="The daemon starts by itself when it is needed; this is for everything else.",
        epilog="run: in the foreground, logging to stderr.",
    )
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("--json", action="store_true", help="print what was done as JSON")
    options = parser.parse_args(arguments)
    if options.action == "run":
        launch.run_in_foreground(secret_variables())
    done: dict[str, object] = globals()[f"_{options.action}"]()
    if options.json:
        print_json(done)
    else:
        print(f"keyturn: {done['daemon']} (pid {done['pid']})" if done.get("pid") else f"keyturn: {done['daemon']}")
    return 0


def connect_or_start() -> socket.socket:
    """A connection to the daemon, started first if need be, with the variables the configuration names."""
    return launch.connect_or_start(secret_variables)


def secret_variables() -> tuple[str, ...]:
    """The environment variables that profiles read their secrets from; none while the configuration is invalid."""
    from keyturn.config import load  # noqa: PLC0415 - only where a daemon is started
    from keyturn.paths import config_file  # noqa: PLC0415

    try:
        profiles = load(config_file()).profiles.values()
    except KeyturnError:
        return ()  # the daemon starts all the same, and says to every request what is wrong
    return tuple(profile.client_secret_env for profile in profiles if profile.client_secret_env)


def _start() -> dict[str, object]:
    request = client.Request("GET", "/v1/status")
    status = client.exchange(connect_or_start(), request)
    from json import loads  # noqa: PLC0415

    return {"daemon": "running", "pid": loads(status.body)["pid"]}


def _stop() -> dict[str, object]:
    stopped = ask_running("POST", "/v1/daemon/stop")
    return {"daemon": "was not running"} if stopped is None else {"daemon": "stopped", "pid": stopped["stopping"]}


def _restart() -> dict[str, object]:
    restarted = ask_running("POST", "/v1/daemon/restart")
    return _start() if restarted is None else {"daemon": "restarted", "pid": restarted["restarting"]}
