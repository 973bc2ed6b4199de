"""The argument parser of every verb: its usage errors come out like all other errors, and repeat no value."""

from __future__ import annotations

import argparse
import re

from keyturn import hints
from keyturn.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn

_CHOICE = re.compile(r"invalid choice: .* \(choose from (.*)\)", re.DOTALL)
_VALUE = re.compile(r"ignored explicit argument .*", re.DOTALL)
_OPTION = re.compile(r"--[a-z][a-z-]*", re.ASCII)


class Parser(argparse.ArgumentParser):
    """Parses the arguments of `keyturn VERB`. Everything it refuses is a UsageError."""

    def __init__(self, **settings: Any) -> None:
        # An abbreviation that works today would be ambiguous, or mean something else, with the next option.
        settings.setdefault("allow_abbrev", False)
        settings.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
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
        options, surplus = self.parse_known_args(arguments)
        if surplus:
            name = surplus[0].partition("=")[0]
            what = f"there is no option {name}" if _OPTION.fullmatch(name) else "too many arguments"
            self.error(what)
        return options

    def error(self, message: str) -> NoReturn:
        """Raise argparse's `message` as a UsageError, without the value it complains of."""
        text = _CHOICE.sub(r"expected one of \1", message)
        text = _VALUE.sub("takes no value", text)
        raise UsageError(f"{text[:1].lower()}{text[1:]}", hints.usage(self.prog))
