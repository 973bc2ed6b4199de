"""`keyturn VERB …`: finds the verb's module and ends every error in one place."""

from __future__ import annotations

import os
import sys

from keyturn.errors import Bug, KeyturnError, UsageError, report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

VERBS = {
    "login": "sign in, or check that a profile is signed in",
    "logout": "forget a profile's tokens, sign-in and secret",
    "token": "print an access token",
    "status": "show the daemon and every profile's state",
    "profile": "list the configured profiles, or show one",
    "secret": "entrust a profile's secret to the vault",
    "setup": "let git use keyturn",
    "azure": "acquire a token without a profile",
    "daemon": "start, stop or restart the daemon",
    "log": "show the daemon's log",
    "demo": "watch it all work, against an emulator on this machine",
    "helper": "what git, kubectl and docker start (not for people)",
}
"""Every verb has a module of its name in this package, with `run(arguments) -> exit status`."""


def main() -> int:
    """The keyturn command; its exit status."""
    try:
        return dispatch(sys.argv[1:])
    except KeyturnError as error:
        return report(error, sys.stderr)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output left. Python would complain once more while flushing at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # noqa: BLE001 - the user never sees a traceback
        return report(_bug(error), sys.stderr)


def dispatch(arguments: Sequence[str]) -> int:
    """Run the verb that `arguments` begin with. Raises UsageError when there is none of that name."""
    verb, rest = (arguments[0], arguments[1:]) if arguments else ("--help", [])
    if verb in {"-h", "--help", "help"}:
        print(_help())
        return 0
    if verb in {"-V", "--version"}:
        from keyturn import __version__  # noqa: PLC0415 - only here

        print(f"keyturn {__version__}")
        return 0
    if verb not in VERBS:
        raise UsageError(f"there is no verb {verb!r}", _nearest(verb))
    return _runner(verb)(rest)


def _runner(verb: str) -> Callable[[Sequence[str]], int]:
    # Each call pays for the imports of its own verb only: git waits for `helper`.
    from importlib import import_module  # noqa: PLC0415

    run: Callable[[Sequence[str]], int] = import_module(f"keyturn.cli.{verb}").run
    return run


def _nearest(verb: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only a typing mistake pays for it

    close = get_close_matches(verb, VERBS, n=1)
    return f"keyturn {close[0]}" if close else "keyturn --help"


def _help() -> str:
    width = max(map(len, VERBS))
    lines = [f"  {verb:<{width}}  {what}" for verb, what in VERBS.items()]
    return "\n".join(
        [
            "usage: keyturn VERB [ARGUMENTS]",
            "",
            *lines,
            "",
            "keyturn VERB --help tells more; exit status: 0 done, 1 refused or failed,",
        ]
        + ["2 wrong usage or configuration, 3 sign-in needed, 4 provider unreachable, 130 interrupted."]
    )


def _bug(error: Exception) -> Bug:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f" at {os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"  # noqa: PTH119 - no pathlib on the helper's way
    return Bug(f"keyturn failed unexpectedly ({type(error).__name__}{place})", "report it, with the command you ran")


if __name__ == "__main__":
    sys.exit(main())
