"""keyturn(1): each verb as its `--help` tells it, from the same parsers."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING

from keyturn.console.parsing import EXAMPLES
from keyturn.main import HELP
from keyturn.verbs.known import VERBS, module_of
from manual import roff

if TYPE_CHECKING:
    from collections.abc import Iterator

WHAT = "Entra ID and AWX tokens for git, kubectl and docker"
_HANGING = re.compile(r"  (\S+(?: \S+)*?) {2,}(.*)")


def page() -> str:
    """The whole page."""
    more, statuses, variables = HELP.strip().split("\n\n")
    return "".join(
        [
            roff.title("keyturn", 1, WHAT),
            roff.heading("SYNOPSIS"),
            roff.line(f"{roff.bold('keyturn')} \\fIVERB\\fR [\\fIARGUMENTS\\fR]"),
            roff.heading("VERBS"),
            *(roff.tagged(roff.bold(verb), roff.escaped(what)) for verb, what in VERBS.items()),
            roff.paragraph(roff.escaped(more)),
            *_all_verbs(),
            roff.heading("EXIT STATUS"),
            *_paragraphs(statuses.partition(":")[2]),
            roff.heading("ENVIRONMENT"),
            roff.paragraph("None of these has to be set."),
            *_listed(variables.partition("\n")[2]),
            roff.heading("SEE ALSO"),
            roff.line(roff.escaped("keyturn-config(5), keyturnd(8), git-credential-keyturn(1)")),
        ]
    )


def _all_verbs() -> Iterator[str]:
    for verb in VERBS:
        module = module_of(verb)
        if hasattr(module, "parser"):
            yield from _of_parser(module.parser(), level=1)


def _of_parser(parser: argparse.ArgumentParser, level: int) -> Iterator[str]:
    """A verb, or with level 2 one of its actions; then the actions below it."""
    yield roff.heading(parser.prog.upper() if level == 1 else parser.prog, level)
    usage = " ".join(parser.format_usage().removeprefix("usage: ").split())
    yield roff.paragraph(roff.bold(parser.prog) + roff.escaped(usage.removeprefix(parser.prog)))
    yield from _paragraphs(parser.description or "")
    below: list[argparse.ArgumentParser] = []
    for action in parser._actions:  # noqa: SLF001 - argparse has no other list of them
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            below += action.choices.values()
        elif not isinstance(action, argparse._HelpAction):  # noqa: SLF001
            yield _of_argument(action)
    yield from _epilog(parser.epilog or "")
    for each in below:
        yield from _of_parser(each, level=2)


def _of_argument(action: argparse.Action) -> str:
    value = action.metavar or (f"{{{','.join(map(str, action.choices))}}}" if action.choices else action.dest.upper())
    if not action.option_strings:
        tag = f"\\fI{roff.escaped(str(value))}\\fR"
    else:
        names = ", ".join(map(roff.bold, action.option_strings))
        tag = names if action.nargs == 0 else f"{names} \\fI{roff.escaped(str(value))}\\fR"
    return roff.tagged(tag, roff.escaped((action.help or "").replace("%%", "%")))


def _paragraphs(text: str) -> Iterator[str]:
    for each in filter(None, map(str.strip, text.split("\n\n"))):
        yield roff.paragraph(roff.escaped(" ".join(each.split())))


def _epilog(text: str) -> Iterator[str]:
    """What stands below the options: sentences, lists of words with what they mean, examples to paste."""
    for part in filter(None, text.split("\n\n")):
        first, _, rest = part.strip("\n").partition("\n")
        if f"{first}\n" == EXAMPLES:
            yield roff.paragraph("Examples:") + roff.verbatim(each.removeprefix("  ") for each in rest.splitlines())
        elif first.endswith(":") and rest.startswith("  "):
            yield roff.paragraph(roff.escaped(first.capitalize()))
            yield from _listed(rest)
        else:
            yield from _paragraphs(part)


def _listed(text: str) -> Iterator[str]:
    """Lines of two columns; what stands further to the right goes on with the second."""
    entries: list[list[str]] = []
    for each in text.splitlines():
        found = _HANGING.fullmatch(each)
        if found:
            entries.append([*found.groups()])
        elif entries:
            entries[-1][1] += f" {each.strip()}"
        else:
            entries.append([each.strip(), ""])
    for name, meaning in entries:
        yield roff.tagged(roff.bold(name), roff.escaped(meaning))
