"""`keyturn daemon start|stop|restart|run`."""

from __future__ import annotations

from keyturn.console.parsing import Parser
from keyturn.console.requests import ask, ask_running, print_json
from keyturn.console.starting import secret_variables
from keyturn.reach import launch, spawn

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
  stop     let it finish what it is answering, and leave; tokens and sign-ins stay in the vault
  restart  let it come back as a new process with your environment, on the same socket: requests wait, sign-ins end
  run      be the daemon, in the foreground, and log to standard error
"""


def run(arguments: Sequence[str]) -> int:
    """The verb's exit status."""
    parser = Parser(prog="keyturn daemon", description=DESCRIPTION, epilog=EPILOG)
    parser.add_argument("action", metavar="ACTION", choices=("run", *ACTIONS), help="start, stop, restart or run")
    parser.add_json()
    options = parser.parse(arguments)
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
    stopped = ask_running("POST", "/v1/daemon/stop")
    return {"daemon": "was not running"} if stopped is None else {"daemon": "stopped", "pid": stopped["stopping"]}


def _restart() -> Done:
    environment = spawn.chosen_environment(secret_variables())
    restarted = ask_running("POST", "/v1/daemon/restart", {"environment": environment})
    return _start() if restarted is None else {"daemon": "restarted", "pid": restarted["restarting"]}


ACTIONS: dict[str, Callable[[], Done]] = {"start": _start, "stop": _stop, "restart": _restart}
