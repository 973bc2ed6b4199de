"""`keyturn VERB …`: finds the verb's module and ends every error in one place."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper

from keyturn import signals
from keyturn.console import started
from keyturn.errors import Bug, KeyturnError, report
from keyturn.folding import fold_standard_streams, folded, width_of
from keyturn.verbs.known import VERBS, module_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
HELP = """\
keyturn VERB --help, or keyturn help VERB, tells more; keyturn version says which this is.

exit status:      0 done, 1 refused or failed, 2 wrong usage or configuration, 3 sign-in needed,
                  4 provider unreachable (try later), 130 interrupted; of `keyturn run` the command's own

environment, none of which has to be set:
  KEYTURN_CONFIG  the configuration (default: keyturn/config.toml in the user's configuration directory)
  KEYTURN_STATE   the directory of vault and log (default: keyturn in the user's state directory)
  KEYTURN_SOCKET  the daemon's socket (default: keyturn/socket in the user's runtime directory)
  KEYTURN_LOG     how much the daemon logs: error, info or debug (default: `log` in [daemon])
"""
BRIEF = ("helper", "status")
"""All is said, and somebody waits: Python takes milliseconds to take itself apart, of which these need nothing."""


def main() -> int:
    """The keyturn command; its exit status."""
    try:
        signals.heed()
        status = _told()
        signals.disregard()
    except (KeyboardInterrupt, signals.Interrupted) as interrupted:
        signals.disregard()
        _end_line()
        return interrupted.status if isinstance(interrupted, signals.Interrupted) else 130
    return status


def _told() -> int:
    """The exit status, with every error told."""
    _have_standard_error()
    _print_everything()
    fold_standard_streams()
    words = started.words()
    if words[:1] != ["helper"]:
        _keep_order()
    try:
        status = _status_of(words)
        if sys.stdout is not None:
            sys.stdout.flush()  # at exit, Python could only complain that it cannot
        if words[:1] and words[0] in BRIEF:
            os._exit(status)
    except KeyturnError as error:
        return _report(_in_full(error, words) if error.mistyped or error.lacking else error)
    except BrokenPipeError:
        _abandon_output()  # whoever read it left
        return 1
    except OSError as error:
        _abandon_output()
        reason = (error.strerror or "unknown reason").lower()
        return _report(KeyturnError(f"keyturn cannot go on: {reason} ({_place(error)})"))
    except Exception as error:  # noqa: BLE001 - the user never sees a traceback
        return _report(_bug(error))
    return status


def _status_of(arguments: Sequence[str]) -> int:
    try:
        return dispatch(arguments)
    except SystemExit as done:  # argparse's way of ending --help
        return done.code if isinstance(done.code, int) else 0


def dispatch(arguments: Sequence[str]) -> int:
    """Run the verb that `arguments` begin with. Raises UsageError when there is none of that name."""
    verb, rest = (arguments[0], arguments[1:]) if arguments else ("--help", [])
    if verb == "help" and rest:
        return dispatch([rest[0], *rest[1:], "--help"])
    if verb in {"-h", "--help", "help"}:
        print(_help())
        return 0
    if verb in {"-V", "--version", "version"}:
        return _tell_version(rest)
    if verb not in VERBS:
        from keyturn.verbs.meant import no_verb  # noqa: PLC0415 - only a typing mistake pays for it

        raise no_verb(verb, rest)
    return _runner(verb)(rest)


def _tell_version(rest: Sequence[str]) -> int:
    from keyturn import __version__  # noqa: PLC0415 - only here
    from keyturn.console.parsing import Parser  # noqa: PLC0415
    from keyturn.console.requests import print_json  # noqa: PLC0415

    parser = Parser(prog="keyturn version", description="Say which version this is.")
    parser.add_json()
    if parser.parse(rest).json:
        print_json({"version": __version__})
    else:
        print(f"keyturn {__version__}")
    return 0


def _runner(verb: str) -> Callable[[Sequence[str]], int]:
    # Each call pays for the imports of its own verb only: git waits for `helper`.
    with signals.PutOff():  # msgspec, as it is loaded, clears whatever is raised: Ctrl-C would go unheard
        run: Callable[[Sequence[str]], int] = module_of(verb).run
    return run


def _in_full(error: KeyturnError, words: Sequence[str]) -> KeyturnError:
    from keyturn.retyped import in_full  # noqa: PLC0415 - only where something was mistyped, or left out

    return in_full(error, words)


def _help() -> str:
    column, width = max(map(len, VERBS)) + 4, width_of(sys.stdout)
    lines = [folded(f"  {verb:<{column - 4}}  {what}", width, " " * column) for verb, what in VERBS.items()]
    return "\n".join(
        [
            "usage: keyturn VERB [ARGUMENTS]",
            "",
            *lines,
            "",
            *(folded(line, width, " " * 18) for line in HELP.splitlines()),
        ]
    )


def _print_everything() -> None:
    """What standard output's alphabet lacks is escaped there, as Python has it for standard error."""
    if isinstance(sys.stdout, TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")


def _keep_order() -> None:
    """Let what is said and what is warned of stand as they came about where one file takes both, as a job's log."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)


def _have_standard_error() -> None:
    """Where it is closed, `print` would put what is said there among the data of standard output."""
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - for as long as we live


def _end_line() -> None:
    """Let the shell's prompt not stand behind the terminal's ^C."""
    if sys.stderr is not None and sys.stderr.isatty():
        sys.stderr.write("\n")


def _abandon_output() -> None:
    """Give up what cannot be written: at exit Python would complain of it once more, and change the exit status."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _report(error: KeyturnError) -> int:
    """Tell the error and return its exit status, which has to be right even where nobody can read the rest."""
    try:
        return error.exit_status if sys.stderr is None else report(error, sys.stderr)
    except OSError:
        _abandon_output()
        return error.exit_status


def _bug(error: Exception) -> Bug:
    from keyturn import moves  # noqa: PLC0415 - only here

    return Bug(f"keyturn failed unexpectedly ({_place(error)})", moves.waiting.report())


def _place(error: Exception) -> str:
    """Class and place of an error: its text may hold a secret."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f" at {trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
    return f"{type(error).__name__}{place}"
