"""`keyturn helper FAMILY …`: the twin of the native helper, which execs it when the answer is not ready-made.

It asks the same question again, but it can start the daemon, show a sign-in to a person, and explain an error.
"""

from __future__ import annotations

import os
import sys

from keyturn import hints
from keyturn.errors import KeyturnError, UsageError
from keyturn.reach import client

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyturn.twin.family import Family

FAMILIES = ("git", "docker", "kube")


def run(arguments: Sequence[str]) -> int:
    """One helper call; its exit status. Raises UsageError for an unknown family or operation."""
    if not arguments or arguments[0] not in FAMILIES:
        raise UsageError("keyturn helper lacks a family: git, docker or kube", hints.verb("setup", "git"))
    name, family = arguments[0], _family(arguments[0])
    operation, options = _operation(name, family, tuple(arguments[1:]))
    body = family.body()
    request = client.Request("POST", f"/v1/{name}/{operation}", options, body, waits=_person_is_there(family, body))
    try:
        reply = _ask(request, family, operation)
    except KeyturnError as error:
        _write((error.output or family.output_of(error, operation, body)).encode())
        raise
    _write(reply.body)
    return reply.exit_status


def _family(name: str) -> Family:
    """Only the room that is needed: a cached answer pays for every import."""
    if name == "git":
        from keyturn.twin import git  # noqa: PLC0415

        return git
    if name == "docker":
        from keyturn.twin import docker  # noqa: PLC0415

        return docker
    from keyturn.twin import kube  # noqa: PLC0415

    return kube


def _operation(name: str, family: Family, arguments: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Git and docker append their operation, kubectl's plugin names it first."""
    word = arguments[0 if family.FIRST else -1] if arguments else ""
    if word not in family.OPERATIONS:
        raise UsageError(
            f"{name}-credential-keyturn: {word!r} is not an operation",
            f"expected one of: {', '.join(family.OPERATIONS)}",
        )
    return word, arguments[1:] if family.FIRST else arguments[:-1]


def _ask(request: client.Request, family: Family, operation: str) -> client.Reply:
    from keyturn.reach import launch  # noqa: PLC0415 - after the usage is known to be right

    try:
        connection = launch.running()
    except client.NotRunning:
        return family.alone(operation, request.arguments, request.body) or _start_and_ask(request)
    try:
        return client.exchange(connection, request, _show)
    except client.NotRunning:
        return _start_and_ask(request)  # it was just leaving, for idleness or an upgrade


def _start_and_ask(request: client.Request) -> client.Reply:
    from keyturn.console.starting import secret_variables  # noqa: PLC0415
    from keyturn.reach import launch  # noqa: PLC0415

    return launch.insist(request, secret_variables, _show)


def _person_is_there(family: Family, body: bytes) -> bool:
    """Whether a sign-in may be shown: never where the caller forbids prompts, or nobody would see it."""
    return family.may_ask(body) and client.has_terminal()


def _show(event: client.Event) -> None:
    from keyturn.console import person  # noqa: PLC0415 - only where somebody has to be shown something

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
