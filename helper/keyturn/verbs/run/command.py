"""`keyturn run`: a command with a token in its environment, and nowhere else."""

from __future__ import annotations

import os
import signal
import sys

from keyturn import hints, shell
from keyturn.console import started, token_request
from keyturn.console.configured import configuration
from keyturn.errors import UsageError, UserError
from keyturn.protocols.token_variables import (
    HOST,
    OTHER_HOSTS,
    OTHER_TOKENS,
    PATHS,
    PLAIN,
    RULEBOOK,
    TOKEN,
    environment_with,
)
from keyturn.verbs.run.authorities import NAMES, trusting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import NoReturn

    from keyturn.console.parsing import Parser
    from keyturn.kinds_of_hints import Hint

SEPARATOR = "--"
VARS = "KEYTURN_VARS"
"""The variable that names the file of variables to the command."""
BEHIND = f"{SEPARATOR} COMMAND [ARGUMENTS]"
DESCRIPTION = """\
Run a command with a fresh token of a profile in its environment. Nothing of it appears on a command line, and it is
written nowhere, unless --vars-file asks for a private file for as long as the command runs. The command takes
keyturn's place: process id, signals and exit status are its own.

The token is not renewed while the command runs. Whoever is you on this machine can read a process's environment.
"""
EPILOG = f"""\
variables:
  of Entra ID  {PLAIN}
  of AWX       {HOST} and {TOKEN}, and the same under other tools' names:
               {", ".join(OTHER_HOSTS)}, {RULEBOOK},
               {", ".join(OTHER_TOKENS)};
               behind a platform gateway, where the controller is:
               {", ".join(PATHS)}.
               User names and passwords for these, and TOWER_*, are taken away. If the profile has a ca_file,
               {", ".join(NAMES)} name one file with that and what the system trusts.

exit status: 127 no such command, 126 it cannot be run, keyturn's own when there is no token, else the command's

examples:
  keyturn run tower -- awx me
  keyturn run tower --renew -- awx me   # the server refused the last token: somebody has deleted it there
  keyturn run tower --vars-file -- sh -c 'ansible-playbook -e @"$KEYTURN_VARS" site.yml'
  keyturn run work --audience https://graph.microsoft.com -- ./report.sh
"""
IGNORED_BY_PYTHON = (signal.SIGPIPE, signal.SIGXFSZ)
"""What Python ignores at its start would stay ignored across exec: `yes | head` would never end."""


class CommandNotFound(UserError):
    """There is no such command; the shells' exit status for it."""

    exit_status = 127


class CommandNotRunnable(UserError):
    """There is, but it is no program, or not for this user; the shells' exit status for it."""

    exit_status = 126


class Wanted(token_request.Wanted):
    """The token, and how it is handed on."""

    vars_file: bool = False


def parser() -> Parser:
    """What comes after the verb."""
    from keyturn.console.parsing import Parser  # noqa: PLC0415 - not for a profile's name alone

    made = Parser(prog="keyturn run", behind=BEHIND, description=DESCRIPTION, epilog=EPILOG)
    token_request.add_wanted(made)
    made.add_argument("--vars-file", action="store_true", help=f"also as a file, which {VARS} names")
    return made


def run(arguments: Sequence[str]) -> int:
    """Does not return: the process becomes the command. Raises what keeps it from that."""
    own, command = _split(arguments)
    if not command and not any(word.startswith("-") for word in own):  # else one of them may ask for help
        raise UsageError("expected -- and then the command to run", _whole(own))
    options = Wanted(own[0]) if token_request.only_profile(own) else parser().parse(own)
    if not command:
        raise UsageError("expected -- and then the command to run", hints.run("PROFILE"))
    program = _program(command[0])
    token = token_request.fetch(options, "run", "keyturn run")
    environment = environment_with(token, trusting(token.get("ca_file"), started.callers_environment()))
    if options.vars_file:
        from keyturn.verbs.run import vars_file  # noqa: PLC0415 - only here

        environment[VARS] = vars_file.written(token)
    _become(program, command, environment)


def _whole(own: Sequence[str]) -> Hint:
    """With the profile that was named, if it is one (it may be a secret), and an audience where it has several."""
    from keyturn.configuration.audiences import all_scopes  # noqa: PLC0415 - only where there is something to tell
    from keyturn.configuration.profiles.clouds import short_name  # noqa: PLC0415

    try:
        config = configuration()
    except UserError:
        return hints.run("PROFILE")
    profile = next((word for word in own[:1] if word in config.profiles), None)
    allowed = all_scopes(config, profile) if profile else []
    scopes = allowed[0] if len(allowed) > 1 else ()
    return hints.run(profile or "PROFILE", *scopes, audience=short_name(scopes))


def _split(arguments: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """What is before the first `--`, and what is behind it."""
    if SEPARATOR not in arguments:
        return arguments, ()
    at = arguments.index(SEPARATOR)
    return arguments[:at], arguments[at + 1 :]


def _program(name: str) -> str:
    """Where the command is. Before there is a token: a typing mistake must not cost a sign-in."""
    places = [""] if "/" in name else [place or "." for place in os.environ.get("PATH", os.defpath).split(os.pathsep)]
    for place in places:  # shutil knows how, too, and loads three compressors first
        path = os.path.join(place, name)  # noqa: PTH118 - as below
        if os.access(path, os.X_OK) and not os.path.isdir(path):  # noqa: PTH112
            return path
    if "/" in name and os.path.exists(name):  # noqa: PTH110 - Path would not take what is no path
        raise CommandNotRunnable(f"{name} cannot be run: permission denied", shell.listing(name))
    raise CommandNotFound(f"there is no command {name}", shell.where_is(name))


def _become(program: str, command: Sequence[str], environment: Mapping[str, str]) -> NoReturn:
    for stream in filter(None, (sys.stdout, sys.stderr)):
        stream.flush()
    for number in IGNORED_BY_PYTHON:
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execve(program, list(command), environment)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise CommandNotRunnable(f"{command[0]} cannot be run: {reason}", shell.kind_of(program)) from None
