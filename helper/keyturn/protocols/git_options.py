"""What stands behind `keyturn` in git's `credential.helper`."""

from __future__ import annotations

from typing import NamedTuple

from keyturn import hints
from keyturn.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class GitOptions(NamedTuple):
    """The options of one helper line."""

    profile: str | None = None
    ours: bool = False
    """`setup git` wrote the section: while the configuration is invalid, git must not prompt for a password here."""


OURS = "--ours"


def options(arguments: Sequence[str]) -> GitOptions:
    """The helper's own options: its arguments without the operation. Raises UsageError for any other."""
    profile = None
    rest = iter([argument for argument in arguments if argument != OURS])
    for argument in rest:
        name, _, value = argument.partition("=")
        if name != "--profile":
            raise UsageError(f"git-credential-keyturn has no option {argument}", hints.set_up("git"))
        profile = value if "=" in argument else next(rest, "")
        if not profile:
            raise UsageError("--profile lacks the name of a profile", hints.profiles())
    return GitOptions(profile, OURS in arguments)
