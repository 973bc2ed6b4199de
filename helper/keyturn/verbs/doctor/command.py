"""`keyturn doctor`."""

from __future__ import annotations

import sys
from itertools import chain
from pathlib import Path

from keyturn import hints
from keyturn.console.look import Look
from keyturn.console.parsing import Parser
from keyturn.console.requests import print_json
from keyturn.errors import UsageError
from keyturn.kinds_of_hints import printed
from keyturn.verbs.doctor import daemon, installation, network, organizations, report, surroundings, tokens, tools
from keyturn.verbs.doctor.finding import once

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from keyturn.verbs.doctor.finding import Finding

DESCRIPTION = """\
Look for what could be wrong: the installation, the configuration, the daemon, its vault and what it was started with,
what git, kubectl and docker have been told, whether the servers answer, and a token for each target. Each finding is
a line, with the command that helps below it.

The exit status is 1 where something is wrong. A token is fetched for every target; nobody is asked to sign in.
"""


def parser() -> Parser:
    """What comes after the verb."""
    made = Parser(prog="keyturn doctor", description=DESCRIPTION)
    made.add_argument("--fix", action="store_true", help="run those of the commands that cannot lose anything")
    made.add_argument(
        "--report", metavar="FILE", nargs="?", const=report.DEFAULT,
        help=f"write what somebody who helps has to know, without secrets (default: {report.DEFAULT})",
    )  # fmt: skip
    made.add_argument("--offline", action="store_true", help="ask no server, and fetch no token")
    made.add_json()
    return made


def run(arguments: Sequence[str]) -> int:
    """The verb's exit status."""
    options = parser().parse(arguments)
    if options.report == "-":  # a file of that name would have to be removed as ./-
        raise UsageError(
            "--report takes a file: on standard output stand the findings", hints.usage("keyturn doctor")
        )
    config, _ = daemon.look_at_configuration()
    findings = _told(once(_findings(offline=options.offline)), as_json=options.json)
    if options.report is not None:
        report.write(Path(options.report), findings, config)
        print(f"keyturn: wrote {options.report}: read it before you pass it on", file=sys.stderr)
    if options.fix:
        _fix(findings)
        findings = list(once(_findings(offline=options.offline)))
    return int(any(finding.level == "error" for finding in findings))


def _told(found: Iterable[Finding], *, as_json: bool) -> list[Finding]:
    """Each finding as soon as it is one: some servers take their time."""
    if as_json:
        findings = list(found)
        print_json(report.facts(findings))
        return findings
    look, findings = Look(sys.stdout), []
    for row in _rows(found, findings, look):
        print(row, flush=True)
    levels = [finding.level for finding in findings]
    print(look.verdict(levels.count("error"), levels.count("warning"), "all is well"))
    return findings


def _rows(found: Iterable[Finding], findings: list[Finding], look: Look) -> Iterator[str]:
    """The lines of those `found`, which `findings` get, too; what helps several in a row stands below the last."""
    helps = ""
    for finding in found:
        if helps and helps != finding.help():
            yield helps
        findings.append(finding)
        yield finding.row(look)
        helps = finding.help()
    if helps:
        yield helps


def _findings(*, offline: bool) -> Iterator[Finding]:
    yield from installation.look()
    config, finding = daemon.look_at_configuration()
    yield finding
    yield from daemon.look_at_daemon()
    yield from surroundings.look(config)
    if config is not None:
        yield from tools.look(config)
        if not offline and config.profiles:
            yield from chain(network.look(), organizations.look(config), tokens.look(config))


def _fix(findings: Sequence[Finding]) -> None:
    """Run each safe command once, unless it would change what another finding leaves to a person, too."""
    from keyturn.verbs.known import module_of  # noqa: PLC0415 - only here

    unsafe = {finding.hint for finding in findings if finding.level != "ok" and not finding.safe}
    safe = dict.fromkeys(finding.hint for finding in findings if finding.safe and isinstance(finding.hint, tuple))
    for command in (each for each in safe if each not in unsafe):
        print(f"keyturn: {printed(command)}")
        module_of(command[1]).run(list(command[2:]))
