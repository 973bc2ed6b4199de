"""`keyturn doctor`."""

from __future__ import annotations

import platform
import sys
from itertools import chain

from keyturn import __version__, hints
from keyturn.console.parsing import Parser
from keyturn.console.requests import print_json
from keyturn.folding import width_of
from keyturn.verbs.doctor import daemon, installation, tokens, tools

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keyturn.verbs.doctor.finding import Finding

DESCRIPTION = """\
Look for what could be wrong: the installation, the configuration, the daemon and its vault, a token for each target,
and what git, kubectl and docker have been told. Each finding is a line, with the command that helps below it.

The exit status is 1 where something is wrong. A token is fetched for every target; nobody is asked to sign in.
"""


def parser() -> Parser:
    """What comes after the verb."""
    made = Parser(prog="keyturn doctor", description=DESCRIPTION)
    made.add_argument("--fix", action="store_true", help="run those of the commands that cannot lose anything")
    made.add_argument("--offline", action="store_true", help="fetch no token")
    made.add_json()
    return made


def run(arguments: Sequence[str]) -> int:
    """The verb's exit status."""
    options = parser().parse(arguments)
    findings = list(_findings(offline=options.offline))
    if options.json:
        facts = {"version": __version__, "python": platform.python_version(), "platform": platform.platform()}
        print_json(facts | {"findings": [finding.facts() for finding in findings]})
    else:
        for finding in findings:
            print(finding.lines(width_of(sys.stdout)))
    if options.fix:
        _fix(findings)
        findings = list(_findings(offline=options.offline))
    return int(any(finding.level == "error" for finding in findings))


def _findings(*, offline: bool) -> Iterator[Finding]:
    yield from installation.look()
    config, finding = daemon.look_at_configuration()
    yield finding
    yield from daemon.look_at_daemon()
    if config is not None:
        yield from chain(tools.look(config), () if offline else tokens.look(config))


def _fix(findings: Sequence[Finding]) -> None:
    """Run each safe command once."""
    from keyturn.verbs.known import module_of  # noqa: PLC0415 - only here

    safe = dict.fromkeys(finding.hint for finding in findings if finding.safe and isinstance(finding.hint, tuple))
    for command in safe:
        print(f"keyturn: {hints.printed(command)}")
        module_of(command[1]).run(list(command[2:]))
