"""Errors as they arrive from the other side: problem documents (RFC 9457), which KeyturnError.to_problem makes."""

from __future__ import annotations

from keyturn.errors import (
    AcquisitionDied,
    Bug,
    ConfigError,
    ConfigUnreadable,
    DaemonUnavailable,
    NoTarget,
    ProviderRefused,
    ProviderUnreachable,
    Refused,
    SignInNeeded,
    StateError,
    UsageError,
    VariablesWanted,
    VaultLocked,
)
from keyturn.kinds_of_hints import Sentence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturn.errors import KeyturnError

BY_KIND: dict[str, type[KeyturnError]] = {
    error.kind: error
    for error in (
        UsageError,
        ConfigError,
        ConfigUnreadable,
        SignInNeeded,
        NoTarget,
        VariablesWanted,
        Refused,
        ProviderRefused,
        ProviderUnreachable,
        DaemonUnavailable,
        StateError,
        VaultLocked,
        AcquisitionDied,
        Bug,
    )
}


def from_problem(problem: Mapping[str, object]) -> KeyturnError:
    """The error a problem document stands for; an unknown type becomes a Bug, never an exception."""
    kind = str(problem.get("type", "")).removeprefix("urn:keyturn:")
    sentence = str(problem.get("detail") or "the daemon gave no reason")
    hint = problem.get("hint")
    error_class = BY_KIND.get(kind, Bug)
    error = error_class(sentence, Sentence(hint) if hint else None)
    error.output = str(problem.get("output", ""))
    if "mistyped" in problem:
        error.mistyped = str(problem["mistyped"]), str(problem.get("meant", ""))
    error.lacking = tuple(str(problem.get("lacking", "")).split())
    if isinstance(error, VariablesWanted):
        error.names = tuple(str(problem.get("variables", "")).split())
    return error
