"""What stands behind `keyturn` in git's `credential.helper`."""

from __future__ import annotations

import re
from typing import NamedTuple

from keyturn import hints, moves
from keyturn.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

OURS = "--ours"
STORES = ("off", "memory", "vault")
_SECONDS = re.compile(r"0*[1-9][0-9]{0,8}", re.ASCII)


class GitOptions(NamedTuple):
    """The options of one helper line."""

    profile: str | None = None
    ours: bool = False
    """`setup git` wrote the section: while the configuration is invalid, git must not prompt for a password here."""
    store: str | None = None
    """One of STORES: what becomes of credentials for hosts without a target."""
    timeout: float | None = None
    """Seconds, as `git credential-cache` has it."""


def options(arguments: Sequence[str]) -> GitOptions:
    """The helper's own options: its arguments without the operation. Raises UsageError for any other."""
    found = GitOptions(ours=OURS in arguments)
    rest = iter([argument for argument in arguments if argument != OURS])
    for argument in rest:
        name, _, value = argument.partition("=")
        if name not in _READ:
            raise UsageError(f"git-credential-keyturn has no option {argument}", hints.set_up("git"))
        found = _READ[name](found, value if "=" in argument else next(rest, ""))
    return found


def _profile(found: GitOptions, value: str) -> GitOptions:
    if not value:
        raise UsageError("--profile lacks the name of a profile", hints.profiles())
    return found._replace(profile=value)


def _store(found: GitOptions, value: str) -> GitOptions:
    if value not in STORES:
        raise UsageError(f"--store takes one of: {', '.join(STORES)}", moves.configuration.known(STORES))
    return found._replace(store=value)


def _timeout(found: GitOptions, value: str) -> GitOptions:
    if not _SECONDS.fullmatch(value):
        raise UsageError("--timeout takes a number of seconds", moves.configuration.example("--timeout=900"))
    return found._replace(timeout=float(value))


_READ = {"--profile": _profile, "--store": _store, "--timeout": _timeout}
