"""`keyturn helper FAMILY …`: the twin of the native helper, which execs it when the answer is not ready-made.

It asks the same question again, but it can start the daemon, show a sign-in to a person, and explain an error.
"""

from __future__ import annotations

import os
import sys

from keyturn import client
from keyturn.errors import KeyturnError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

OPERATIONS = {
    "git": ("get", "store", "erase", "capability"),
    "docker": ("get", "store", "erase", "list", "version"),
    "kube": ("get-token",),
}
STDIN_LIMIT = 1 << 20


def run(arguments: Sequence[str]) -> int:
    """One helper call; its exit status. Raises UsageError for an unknown family or operation."""
    if not arguments or arguments[0] not in OPERATIONS:
        raise UsageError("keyturn helper lacks a family: git, docker or kube", "keyturn setup git")
    family, rest = arguments[0], tuple(arguments[1:])
    operation, options = _operation(family, rest)
    body = _body(family)
    try:
        reply = _ask(family, operation, options, body)
    except KeyturnError as error:
        _write(error.output.encode() or _output_of_failure(family, operation, body))
        raise
    _write(reply.body)
    return reply.exit_status


def _operation(family: str, arguments: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Git and docker append their operation, kubectl's plugin names it first."""
    place = 0 if family == "kube" else -1
    word = arguments[place] if arguments else ""
    if word not in OPERATIONS[family]:
        raise UsageError(
            f"{family}-credential-keyturn: {word!r} is not an operation",
            f"expected one of: {', '.join(OPERATIONS[family])}",
        )
    return word, arguments[1:] if family == "kube" else arguments[:-1]


def _body(family: str) -> bytes:
    if family == "kube":
        return os.environb.get(b"KUBERNETES_EXEC_INFO", b"")
    body = sys.stdin.buffer.read(STDIN_LIMIT + 1) if sys.stdin is not None else b""
    if len(body) > STDIN_LIMIT:
        raise UsageError("standard input exceeds 1 MiB")
    return body


def _ask(family: str, operation: str, options: tuple[str, ...], body: bytes) -> client.Reply:
    request = client.Request("POST", f"/v1/{family}/{operation}", options, body, waits=_person_is_there(family))
    from keyturn import launch  # noqa: PLC0415 - after the usage is known to be right

    try:
        connection = launch.running()
    except client.NotRunning:
        if family != "git" or _is_not_ours(operation, body):
            return _without_daemon(family, operation)
        return _start_and_ask(request)
    try:
        return client.exchange(connection, request, _show)
    except client.NotRunning:
        return _start_and_ask(request)  # it was just leaving, for idleness or an upgrade


def _start_and_ask(request: client.Request) -> client.Reply:
    from keyturn import launch  # noqa: PLC0415
    from keyturn.cli.starting import secret_variables  # noqa: PLC0415

    return launch.insist(request, secret_variables, _show)


def _is_not_ours(operation: str, body: bytes) -> bool:
    """Whether the configuration alone tells that no token can come of this: then no daemon is started for it.

    Raises ConfigError.
    """
    from keyturn.config import load  # noqa: PLC0415 - only where no daemon runs
    from keyturn.paths import config_file  # noqa: PLC0415
    from keyturn.protocols import git  # noqa: PLC0415
    from keyturn.targets import find_git  # noqa: PLC0415

    if operation in {"store", "capability"}:
        return True
    try:
        return find_git(load(config_file()).git_targets, git.parse(body)) is None
    except git.MalformedRequest:
        return True


def _without_daemon(family: str, operation: str) -> client.Reply:
    from keyturn.protocols import git  # noqa: PLC0415

    if family == "git":
        return client.Reply(200, 0, git.CAPABILITIES if operation == "capability" else git.NOTHING)
    raise UsageError(f"this version of keyturn does not serve {family} yet", "keyturn setup git")


def _output_of_failure(family: str, operation: str, body: bytes) -> bytes:
    """What git has to read when not even a daemon could be asked: quit, if the URL is ours.

    It would prompt for a password otherwise, which could only be refused.
    """
    from keyturn.protocols import git  # noqa: PLC0415

    try:
        ours = (family, operation) == ("git", "get") and not _is_not_ours(operation, body)
    except KeyturnError:
        return git.NOTHING  # nobody can tell whose it is
    return git.QUIT if ours else git.NOTHING


def _person_is_there(family: str) -> bool:
    """Whether a sign-in may be shown: never where the caller forbids prompts, or nobody would see it."""
    if family != "git" or os.environ.get("GIT_TERMINAL_PROMPT") in {"0", "false", "no", "off"}:
        return False
    return client.has_terminal()


def _show(event: client.Event) -> None:
    from keyturn.cli import person  # noqa: PLC0415 - only where somebody has to be shown something

    person.show(event)


def _write(body: bytes) -> None:
    if not body:
        return
    try:
        if sys.stdout is None:
            raise BrokenPipeError
        while body:  # past Python's buffer, whose rest would be complained about once more at exit
            body = body[os.write(sys.stdout.fileno(), body) :]
    except OSError as error:
        raise KeyturnError(f"cannot write the answer: {(error.strerror or 'nobody reads it').lower()}") from None
