"""`keyturn daemon start|stop|restart|run`."""

from __future__ import annotations

import json
from contextlib import suppress

from keyturn import hints
from keyturn.console import other_daemon
from keyturn.console.parsing import Parser
from keyturn.console.requests import ask, ask_running, print_json
from keyturn.console.starting import secret_variables
from keyturn.errors import KeyturnError, UsageError
from keyturn.reach import client, ending, launch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Done = dict[str, object]

DESCRIPTION = """\
The daemon starts by itself when it is needed, and leaves when it is idle. This is for everything else.
"""
EPILOG = """\
actions:
  start    start it now, if none runs
  stop     let it finish what it is answering, and leave; tokens and sign-ins stay in the vault. One that does not
           answer is killed
  restart  stop it, and start one of this version with this shell's environment; sign-ins under way end
  run      be the daemon, in the foreground, and log to standard error
"""


def parser() -> Parser:
    """What comes after the verb."""
    made = Parser(prog="keyturn daemon", description=DESCRIPTION, epilog=EPILOG)
    made.add_argument("action", metavar="ACTION", choices=("run", *ACTIONS), help="start, stop, restart or run")
    made.add_json()
    return made


def run(arguments: Sequence[str]) -> int:
    """The verb's exit status."""
    if arguments[:1] == ["status"]:  # near to "start" as a word, and the opposite of what was meant
        raise UsageError("the daemon's status is a verb of its own", hints.verb("status"))
    options = parser().parse(arguments)
    if options.action == "run":
        launch.run_in_foreground(secret_variables())
    done = ACTIONS[options.action]()
    if options.json:
        print_json(done)
    else:
        print(f"keyturn: daemon {done['daemon']}" + (f" (pid {done['pid']})" if "pid" in done else ""))
    return 0


def _start() -> Done:
    return {"daemon": "running", "pid": ask("GET", "/v1/status")["pid"]}


def _stop() -> Done:
    pid = ending.end()
    return {"daemon": "was not running"} if pid is None else {"daemon": "stopped", "pid": pid}


def _restart() -> Done:
    """Of our version, with our environment: whatever the one before had."""
    with suppress(KeyturnError, client.NotRunning):  # one that hangs, or is older than this question, is ended below
        if _is_lent() and (again := ask_running("POST", "/v1/daemon/restart")) is not None:
            return {"daemon": "restarted", "pid": again["restarting"]}
    ended = ending.end()
    started = _start()
    return started if ended is None else {**started, "daemon": "restarted"}


def _is_lent() -> bool:
    """Whether the daemon that runs was lent its socket. Raises its problem, or NotRunning.

    The answer takes no provider and no disk, and whoever restarts a daemon that hangs has waited long enough.
    """
    connection = launch.find()
    connection.settimeout(ending.ANSWER_PATIENCE)
    return bool(json.loads(client.exchange(connection, other_daemon.WHICH).body).get("lent"))


ACTIONS: dict[str, Callable[[], Done]] = {"start": _start, "stop": _stop, "restart": _restart}
