"""`keyturn status`."""

from __future__ import annotations

import sys

from keyturn import __version__
from keyturn.console.look import Look
from keyturn.console.requests import ask_running, print_json
from keyturn.reach.paths import config_path, socket_path, state_path
from keyturn.verbs.status.lines import lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence
    from typing import Any

    from keyturn.configuration.config import Config
    from keyturn.console.parsing import Parser
    from keyturn.errors import ConfigError

DESCRIPTION = """\
Show whether all is well: the daemon, the configuration, and for every profile who is signed in, what it is for, how
long its tokens last, who used them last, and what failed. The first line says what needs you, the rest where.

Starts no daemon and acquires no token; keyturn doctor looks at tools and servers as well. The members of --json are
described in contrib/guides/status.md.
"""
PLAIN = {(): False, ("--json",): True}
"""What is said most, and whether it asks for JSON: argparse takes longer to load than the daemon to answer."""


def parser() -> Parser:
    """What comes after the verb."""
    from keyturn.console.parsing import Parser  # noqa: PLC0415 - not for the words above

    made = Parser(prog="keyturn status", description=DESCRIPTION)
    made.add_argument("--watch", action="store_true", help="go on showing it, until Ctrl-C")
    made.add_json()
    return made


def run(arguments: Sequence[str]) -> int:
    """The verb's exit status: 0, whether or not a daemon runs."""
    if tuple(arguments) in PLAIN:
        _show(as_json=PLAIN[tuple(arguments)])
        return 0
    options = parser().parse(arguments)
    if options.watch:
        return _watch(options)
    _show(as_json=options.json)
    return 0


def _show(*, as_json: bool) -> None:
    status = facts()
    if as_json:
        print_json(status)
    else:
        print("\n".join(lines(status, Look(sys.stdout), mistake)))


def _watch(options: Namespace) -> int:
    from keyturn.verbs.status.watching import watch  # noqa: PLC0415 - only here

    return watch(lambda look: lines(facts(), look, mistake), as_json=options.json)


def facts() -> dict[str, Any]:
    """All there is to tell, as `--json` prints it. Raises DaemonUnavailable."""
    answer = ask_running("GET", "/v1/status")
    return _without_daemon() if answer is None else {"running": True, **answer}


def _without_daemon() -> dict[str, Any]:
    error, config = _configured()
    from keyturn.console.profile_texts import standing  # noqa: PLC0415 - else the daemon tells it

    profiles = {} if config is None else config.profiles
    return {
        "running": False,
        "version": __version__,
        "socket": socket_path(),
        "configuration": {"path": config_path(), "error": error and error.sentence},
        "state": state_path(),
        "profiles": [standing(config, profile) for profile in profiles.values() if config is not None],
    }


def mistake() -> ConfigError | None:
    """What is wrong with the configuration as it is read here."""
    return _configured()[0]


def _configured() -> tuple[ConfigError | None, Config | None]:
    """What is wrong with the configuration, or itself."""
    from keyturn.console.configured import configuration  # noqa: PLC0415 - a daemon that runs has read it
    from keyturn.errors import ConfigError  # noqa: PLC0415

    try:
        return None, configuration()
    except ConfigError as error:
        return error, None
