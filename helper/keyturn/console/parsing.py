"""The argument parser of every verb: its usage errors come out like all other errors, and repeat no value."""

from __future__ import annotations

import argparse
import re
import sys
from functools import partial

from keyturn import hints
from keyturn.console.configured import configuration
from keyturn.errors import UsageError, UserError
from keyturn.folding import folded, width_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any, NoReturn

    from keyturn.kinds_of_hints import Command

_CHOICE = re.compile(r"invalid choice: (.*) \(choose from (.*)\)", re.DOTALL)
_VALUE = re.compile(r"ignored explicit argument .*", re.DOTALL)
_WORD = re.compile(r"[a-z][a-z-]*", re.ASCII)
_COLUMN = re.compile(r" +(?:\S+(?: \S+)* {2,})?")
EXAMPLES = "examples:\n"
PROFILE = "--profile"
"""What other programs call it, and some of our verbs where it is not the first thing to be said."""
ASSUMED = 118
"""Columns where no terminal tells: what a pipe is given is folded where the source is."""
_ARGUMENT = re.compile(r"argument (?:-\w/)?(--[a-z-]+)", re.ASCII)
_OPTION = re.compile(r"--[a-z][a-z-]*", re.ASCII)
_AS_IN_POWERSHELL = re.compile(r"--?([A-Z][A-Za-z]+)", re.ASCII)
_NEXT_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Slip(UsageError):
    """A word that was mistyped, and what was meant."""

    def __init__(self, sentence: str, hint: Command, word: str, meant: str) -> None:
        super().__init__(sentence, hint)
        self.word = word
        self.meant = meant


class Formatter(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the terminal; paragraphs are folded, examples left as they are, to be pasted.

    behind: words that no argument is, at the end of the usage.
    """

    def __init__(self, prog: str, behind: str = "") -> None:
        self._columns = width_of(sys.stdout) or ASSUMED
        self._behind = behind
        super().__init__(prog, width=self._columns, max_help_position=30)

    def _format_usage(self, *parts: Any) -> str:
        usage = super()._format_usage(*parts)
        if not self._behind:
            return usage
        usage = usage.rstrip("\n")
        fits = len(usage.rpartition("\n")[2]) + 1 + len(self._behind) <= self._columns
        between = " " if fits else "\n".ljust(1 + len(f"usage: {self._prog} "))
        return f"{usage}{between}{self._behind}\n\n"

    def _fill_text(self, text: str, width: int, indent: str) -> str:  # noqa: ARG002 - the whole terminal's is ours
        explained, heading, examples = text.partition(EXAMPLES)
        lines = [folded(line, self._columns, _under(line)) for line in _paragraphs(explained)]
        return "".join([*(f"{line}\n" for line in lines), heading, examples])

    def _split_lines(self, text: str, width: int) -> list[str]:
        return folded(text, width, "").split("\n")


def _paragraphs(text: str) -> Iterator[str]:
    """The lines of `text`, those of one paragraph as one."""
    gathered: list[str] = []
    for line in text.splitlines():
        if gathered and not _goes_on(gathered, line):
            yield " ".join(gathered)
            gathered = []
        gathered.append(line.lstrip() if gathered else line)
    if gathered:
        yield " ".join(gathered)


def _goes_on(gathered: list[str], line: str) -> bool:
    """Whether `line` belongs to the paragraph, or to the second column of an indented one."""
    if not line or not gathered[0] or gathered[-1].endswith(":"):
        return False
    column = len(_under(gathered[0]))
    head, indent = gathered[0][:column], len(line) - len(line.lstrip())
    return indent == column and (column == 0 or not head.isspace())


def _under(line: str) -> str:
    """Where the second line of an indented one begins: under what stands in its second column."""
    found = _COLUMN.match(line)
    return " " * len(found[0]) if found else ""


class Parser(argparse.ArgumentParser):
    """Parses the arguments of `keyturn VERB`. Everything it refuses is a UsageError.

    behind: what is typed behind them and is somebody else's, as the usage shows it.
    """

    def __init__(self, *, behind: str = "", **settings: Any) -> None:
        # An abbreviation that works today would be ambiguous, or mean something else, with the next option.
        settings.setdefault("allow_abbrev", False)
        self.behind = behind
        settings.setdefault("formatter_class", partial(Formatter, behind=behind))
        super().__init__(**settings)

    def add_json(self) -> None:
        """The `--json` that every verb has which prints data."""
        self.add_argument("--json", action="store_true", help="print JSON")

    def add_profile(self, what: str) -> None:
        """A PROFILE that need not be named where there is only one."""
        self.add_argument("profile", metavar="PROFILE", nargs="?", help=f"{what} (default: the only one configured)")

    def parse(self, arguments: Sequence[str]) -> argparse.Namespace:
        """Parse all of `arguments`.

        What is left over is not repeated, unless it has the form of an option: it may be a secret.
        """
        own = arguments[: arguments.index("--")] if "--" in arguments else arguments
        if any(word.startswith("-h") and word != "-h" for word in own):
            self.error("argument -h/--help: takes no value")  # Python 3.13 shows the help, and ends with 0
        try:
            options, surplus = self.parse_known_args(arguments)
            if surplus and not _more_of_a_list(surplus, options, _acting(self, own)):
                self._refuse(surplus, _acting(self, own))
        except UsageError as error:
            _check_spelling(own, _acting(self, own))  # or what stands there would be said to be missing
            _check_profile(self, own)
            if isinstance(error, Slip):
                raise UsageError(error.sentence, _said_again(self, own, error) or error.hint) from None
            raise
        return options

    def _refuse(self, surplus: Sequence[str], acting: argparse.ArgumentParser) -> NoReturn:
        name = surplus[0].partition("=")[0]
        _check_spelling(surplus, acting)
        if _OPTION.fullmatch(name):
            raise _slip(f"there is no option {name}", acting.prog, name, _options(acting))
        self.error("too many arguments")

    def error(self, message: str) -> NoReturn:
        """Raise argparse's `message` as a UsageError, without the value it complains of."""
        choice = _CHOICE.search(message)
        option = _ARGUMENT.match(message)
        text = _CHOICE.sub(r"expected one of \2", message)
        text = _VALUE.sub("takes no value", text)
        told = f"{text[:1].lower()}{text[1:]}"
        if choice is None:
            raise UsageError(told, hints.usage(self.prog))
        program = f"{self.prog} {option[1]}" if option else self.prog
        raise _slip(told, program, choice[1].strip("'"), _WORD.findall(choice[2]))


def _more_of_a_list(words: Sequence[str], options: argparse.Namespace, parser: argparse.ArgumentParser) -> bool:
    """Whether `words` are more of what any number may be given of: argparse ends such a list at the first option."""
    lists = [action.dest for action in parser._actions if action.nargs == "*"]  # noqa: SLF001 - see below
    if not lists or any(word.startswith("-") for word in words):
        return False
    getattr(options, lists[0]).extend(words)
    return True


def _acting(parser: argparse.ArgumentParser, words: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of the action that `words` name: the options of others would be of no use there."""
    for action in parser._actions:  # noqa: SLF001 - argparse has no other list of them
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            below = next((action.choices[word] for word in words if word in action.choices), None)
            return parser if below is None else _acting(below, words)
    return parser


def _check_profile(parser: Parser, words: Sequence[str]) -> None:
    """Raises UsageError where a profile is named by an option that there is not: its name stands by itself."""
    acting = _acting(parser, words)
    if PROFILE in _options(acting) or PROFILE not in {word.partition("=")[0] for word in words}:
        return
    if all(action.dest != "profile" for action in acting._actions):  # noqa: SLF001 - see above
        which = hints.targets() if parser.prog == "keyturn setup" else hints.usage(acting.prog)
        raise UsageError(f"there is no option {PROFILE}", which)
    named = [word.removeprefix(f"{PROFILE}=") for word in words if word != PROFILE]
    is_known = {*named} <= _ours(parser)
    told = [*parser.prog.split(), *named] if is_known else [*acting.prog.split(), "PROFILE"]
    hint = hints.verb(*told[1:], *parser.behind.split()[:2])
    raise UsageError(f"there is no option {PROFILE}: the name of a profile stands by itself", hint)


def _options(parser: argparse.ArgumentParser) -> set[str]:
    return {option for action in parser._actions for option in action.option_strings}  # noqa: SLF001


def _check_spelling(words: Iterable[str], parser: argparse.ArgumentParser) -> None:
    """Raises UsageError for an option of `parser` that is written as PowerShell does: -ApplicationId."""
    for word in words:
        found = _AS_IN_POWERSHELL.fullmatch(name := word.partition("=")[0])
        ours = f"--{_NEXT_WORD.sub('-', found[1]).lower()}" if found else ""
        if ours in _options(parser):
            raise UsageError(f"there is no option {name}", hints.verb(*parser.prog.split()[1:], ours))


def _slip(sentence: str, program: str, word: str, known: Iterable[str]) -> UsageError:
    """Hints at `program` with what was meant, from `known` alone, as the word may be a secret; else at its usage."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a typing mistake pays for it

    bare = {each.lstrip("-"): each for each in sorted(set(known))}  # in both, dashes would be a likeness
    close = get_close_matches(word.lstrip("-"), bare, n=1, cutoff=0.65)
    if not close:
        return UsageError(sentence, hints.usage(program.partition(" -")[0]))
    return Slip(sentence, hints.verb(*program.split()[1:], bare[close[0]]), word, bare[close[0]])


def _said_again(parser: argparse.ArgumentParser, words: Sequence[str], slip: Slip) -> Command | None:
    """All that was typed, and in it what was meant; None where a word of it is none of ours, and may be a secret."""
    right = ["=".join(slip.meant if part == slip.word else part for part in word.split("=", 1)) for word in words]
    told = {part for word in right for part in word.split("=", 1)}
    if right == list(words) or not told <= _ours(parser):
        return None
    return hints.verb(*parser.prog.split()[1:], *right)


def _ours(parser: argparse.ArgumentParser) -> set[str]:
    """Words that cannot be a secret."""
    from keyturn.configuration.profiles.clouds import SPOKEN  # noqa: PLC0415 - only a typing mistake pays for it

    return {*_vocabulary(parser), *_profiles(), *SPOKEN}


def _vocabulary(parser: argparse.ArgumentParser) -> Iterator[str]:
    """The words that `parser` itself knows, those of its actions included."""
    for action in parser._actions:  # noqa: SLF001 - see above
        yield from action.option_strings
        yield from map(str, action.choices or ())
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for below in action.choices.values():
                yield from _vocabulary(below)


def _profiles() -> Iterable[str]:
    try:
        return configuration().profiles
    except UserError:
        return ()
