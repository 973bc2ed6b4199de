"""What stands behind `keyturn` in git's `credential.helper`."""

from __future__ import annotations

from keyturn import hints, moves
from keyturn.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

OURS = "--ours"
STORES = ("off", "memory", "vault")
_MOST_DIGITS = 9


class GitOptions:
    """The options of one helper line.

    profile: the name behind --profile. ours: `setup git` wrote the section: while the configuration is invalid, git
    must not prompt for a password here. store: one of STORES, what becomes of credentials for hosts without a
    target. timeout: seconds, as `git credential-cache` has it.
    No NamedTuple: a call that waits for Python's start does not load typing.
    """

    def __init__(self, *, ours: bool) -> None:
        self.ours = ours
        self.profile: str | None = None
        self.store: str | None = None
        self.timeout: float | None = None


def options(arguments: Sequence[str]) -> GitOptions:
    """The helper's own options: its arguments without the operation. Raises UsageError for any other."""
    found = GitOptions(ours=OURS in arguments)
    rest = iter([argument for argument in arguments if argument != OURS])
    for argument in rest:
        name, _, value = argument.partition("=")
        if name not in _READ:
            raise UsageError(f"git-credential-keyturn has no option {argument}", hints.set_up("git"))
        _READ[name](found, value if "=" in argument else next(rest, ""))
    return found


def _profile(found: GitOptions, value: str) -> None:
    if not value:
        raise UsageError("--profile lacks the name of a profile", hints.profiles())
    found.profile = value


def _store(found: GitOptions, value: str) -> None:
    if value not in STORES:
        raise UsageError(f"--store takes one of: {', '.join(STORES)}", moves.configuration.known(STORES))
    found.store = value


def _timeout(found: GitOptions, value: str) -> None:
    digits = value.lstrip("0")
    if not value.isascii() or not digits.isdigit() or len(digits) > _MOST_DIGITS:
        raise UsageError("--timeout takes a number of seconds", moves.configuration.example("--timeout=900"))
    found.timeout = float(value)


_READ = {"--profile": _profile, "--store": _store, "--timeout": _timeout}
