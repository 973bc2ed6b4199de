"""git's credential helper without a daemon: silent for whatever is not ours."""

from __future__ import annotations

from keyturn.errors import ConfigError, KeyturnError, Refused, UsageError
from keyturn.reach.client import ENVIRONMENT, Reply
from keyturn.twin import prompting
from keyturn.twin.streams import to_blank_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyturn.configuration.config import Config
    from keyturn.errors import UserError

OPERATIONS: tuple[str, ...] = ("get", "store", "erase", "capability")
FIRST = False
PASSES_OVER_UNKNOWN = True
MISUSE: type[UserError] = UsageError
WAITS_FOR_A_PERSON = True
RECORDS = "git-"
"""What the names of the vault's files with kept credentials begin with (keyturnd.vault.records)."""
BY_A_SERVER = "the server refused "
"""What sentences of refusals begin with (keyturnd.broker.rejections)."""
VARIABLES: tuple[str, ...] = ENVIRONMENT
SECRETS: tuple[str, ...] = ()

body = to_blank_line


def may_ask(request: bytes) -> bool:  # noqa: ARG001 - git says so in its environment and configuration
    """Unless git was told not to prompt."""
    return prompting.is_allowed()


def alone(operation: str, options: Sequence[str], request: bytes) -> Reply | None:
    """Silence when nothing can come of a daemon: no target, and nothing that is kept or to be kept.

    Where `setup git` has said that the URL is ours, that is for the daemon to find out. Where the
    configuration is invalid, nobody knows: that calls for silence, too. Raises NoTarget where somebody has mistyped a
    URL of ours.
    """
    from keyturn.protocols import git_answers, git_options  # noqa: PLC0415 - only where no daemon runs

    if operation == "capability":
        return Reply(200, 0, git_answers.CAPABILITIES)
    if operation == "get" and git_options.OURS in options:
        return None  # `setup git` found a target; reading the configuration takes as long as all else until the start
    try:
        if (operation != "store" and _is_ours(request)) or _is_kept(operation, options, request):
            return None
        if operation == "get":
            _check_near(request)
    except ConfigError:
        if git_options.OURS in options:
            raise
    return Reply(200, 0, git_answers.NOTHING)


def output_of(error: KeyturnError, operation: str, request: bytes) -> str:  # noqa: ARG001 - whatever it was
    """Quit, if the URL is ours: git would prompt for a password otherwise, which could only be refused."""
    from keyturn.protocols import git_answers  # noqa: PLC0415

    try:
        ours = operation == "get" and _is_ours(request)
    except KeyturnError:
        ours = False  # nobody can tell whose it is
    return (git_answers.QUIT if ours else git_answers.NOTHING).decode("ascii")


def told(error: KeyturnError, operation: str, request: bytes) -> KeyturnError | None:  # noqa: ARG001
    """A refusal, where git never sent what we gave it: with the header that it sends instead.

    Nothing is ever "not found" here; whatever else fails is told as it is.
    """
    from keyturn import shell  # noqa: PLC0415
    from keyturn.protocols import git  # noqa: PLC0415
    from keyturn.twin import stale_header  # noqa: PLC0415

    try:
        found = stale_header.of(git.parse(request)) if error.sentence.startswith(BY_A_SERVER) else None
    except git.MalformedRequest:
        return None
    if found is None:
        return None
    scope, key = found
    sentence = f"the server refused what git sends as {key}, in place of the token"
    return Refused(sentence, shell.unset_header(key, scope))


def _is_ours(request: bytes) -> bool:
    """Whether a target covers the request. Raises ConfigError."""
    from keyturn.configuration.targets.git import find_git  # noqa: PLC0415
    from keyturn.protocols import git  # noqa: PLC0415

    try:
        return find_git(_config().git_targets, git.parse(request)) is not None
    except git.MalformedRequest:
        return False


def _check_near(request: bytes) -> None:
    """Raises NoTarget. For what `_is_ours` has read, and found to be of no target."""
    from contextlib import suppress  # noqa: PLC0415

    from keyturn.configuration.targets.near import check_near  # noqa: PLC0415
    from keyturn.protocols import git  # noqa: PLC0415

    with suppress(git.MalformedRequest):
        check_near(_config().git_targets, git.parse(request))


def _is_kept(operation: str, options: Sequence[str], request: bytes) -> bool:
    """Whether the request is about what is kept for hosts without a target. Raises ConfigError.

    What was in memory is gone with the daemon.
    """
    from keyturn.protocols import git_options  # noqa: PLC0415
    from keyturn.reach.paths import state_directory  # noqa: PLC0415

    store = git_options.options(options).store or _config().git.store
    if operation == "store":
        return store != "off" and not _is_ours(request)
    if store != "vault":
        return False
    try:
        return any(file.name.startswith(RECORDS) for file in (state_directory() / "vault").iterdir())
    except OSError:
        return False


def _config() -> Config:
    """Raises ConfigError."""
    from keyturn.configuration.config import load  # noqa: PLC0415
    from keyturn.configuration.settling import settled  # noqa: PLC0415
    from keyturn.reach.paths import config_file  # noqa: PLC0415

    return settled(load, config_file())
