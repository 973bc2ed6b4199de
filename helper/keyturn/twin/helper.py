"""`keyturn helper FAMILY …`: the twin of the native helper, which execs it when the answer is not ready-made.

It asks the same question again, but it can start the daemon, show a sign-in to a person, and explain an error.
"""

from __future__ import annotations

import os
import sys

from keyturn import hints, moves
from keyturn.errors import KeyturnError, UsageError, UserError, VariablesWanted
from keyturn.reach import client
from keyturn.twin import deadline

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from keyturn.twin.family import Family

USAGE = {
    "git": "git-credential-keyturn [OPTION…] get|store|erase|capability",
    "docker": "docker-credential-keyturn get|store|erase|list|version",
    "kube": "kube-credential-keyturn get-token [OPTION…]",
    "kubelogin": "kubelogin get-token [FLAG…]",
}
"""By family, as the native helper says it (command.c)."""
CLIENTS = {"kube": "kubectl", "kubelogin": "kubectl"}
SHELLS = frozenset({"sh", "bash", "dash", "zsh", "fish"})


def run(arguments: Sequence[str]) -> int:
    """One helper call; its exit status. Raises UsageError for an unknown family or operation."""
    until, arguments = deadline.given(arguments)
    if list(arguments) in (["--help"], ["-h"]):
        sys.stdout.write("".join(["usage, by other programs:\n", *(f"  {usage}\n" for usage in USAGE.values())]))
        return 0
    if not arguments or arguments[0] not in USAGE:
        raise UsageError("keyturn helper lacks a family: git, docker or kube", hints.verb("setup", "git"))
    name, family = arguments[0], _family(arguments[0])
    if list(arguments[1:]) in (["--version"], ["--help"]):
        return _about(name, arguments[1])
    try:
        found = _operation(name, family, tuple(arguments[1:]))
    except UserError as error:
        _write(family.output_of(error, "", b"").encode())
        raise
    if found is None:
        return 0
    limit = deadline.Deadline(name, until)
    body = _input_in_time(family, limit) if until is None else family.body()
    return _served(name, family, found, body, limit)


def _served(
    name: str, family: Family, words: tuple[str, tuple[str, ...]], body: bytes, limit: deadline.Deadline
) -> int:
    """The exit status, with the answer written. words: the operation, and the options beside it."""
    operation, options = words
    person = _person_is_there(family, body)
    here = person and _browser_is_here()
    request = client.Request(
        "POST", f"/v1/{name}/{operation}", options, body, waits=person, browser=here, variables=family.VARIABLES
    )
    try:
        limit.arm()
        reply = _ask_for_all(request, family, operation, _shower(name, family, limit))
    except KeyturnError as error:
        limit.lift()
        _write((error.output or family.output_of(error, operation, body)).encode())
        told = family.told(error, operation, body)
        if told is None:
            raise
        sys.stderr.write(told.lines())
        return 1
    limit.lift()
    _write(reply.body)
    return reply.exit_status


def _input_in_time(family: Family, limit: deadline.Deadline) -> bytes:
    """The request; the native helper gives us all of it at once, others need not.

    Raises UserError when whoever started us keeps its end of our input open until the deadline.
    """
    try:
        limit.arm()
        return family.body()
    except deadline.DeadlinePassed:
        raise UserError("standard input did not end in time", moves.clients.close_input()) from None


def _about(name: str, word: str) -> int:
    from keyturn import __version__  # noqa: PLC0415 - only for a person

    version = f"{name}-credential-keyturn (keyturn) {__version__}\n"
    help_text = f"usage: {USAGE[name]}\n\nA program starts this to get a token; for people there is: keyturn --help\n"
    _write((version if word == "--version" else help_text).encode())
    return 0


def _family(name: str) -> Family:
    """Only the room that is needed: a cached answer pays for every import."""
    if name == "git":
        from keyturn.twin import git  # noqa: PLC0415

        return git
    if name == "docker":
        from keyturn.twin import docker  # noqa: PLC0415

        return docker
    if name == "kubelogin":
        from keyturn.twin import kubelogin  # noqa: PLC0415

        return kubelogin
    from keyturn.twin import kube  # noqa: PLC0415

    return kube


def _operation(name: str, family: Family, arguments: tuple[str, ...]) -> tuple[str, tuple[str, ...]] | None:
    """Git and docker append their operation, kubectl's plugin names it first. None: one that is to be passed over.

    Raises what the family calls a misuse.
    """
    if not arguments:
        raise family.MISUSE("no operation given", moves.clients.form(USAGE[name]))
    word = arguments[0 if family.FIRST else -1]
    if word in family.OPERATIONS:
        return word, arguments[1:] if family.FIRST else arguments[:-1]
    if family.PASSES_OVER_UNKNOWN:
        return None
    raise family.MISUSE(f"unknown operation: {word}", moves.clients.form(USAGE[name]))


def _ask_for_all(
    request: client.Request, family: Family, operation: str, show: Callable[[client.Event], None]
) -> client.Reply:
    """The answer; where it takes secrets of our environment, a second request brings those that are listed.

    They are not sent at once: that would save a third of a millisecond of 24, and hand a job's secrets to a daemon
    that has no use for them.
    """
    try:
        return _ask(request, family, operation, show)
    except VariablesWanted as error:
        from keyturn.protocols import surroundings  # noqa: PLC0415 - only where a job or a machine is the identity

        wanted = tuple(name for name in error.names if name in {*family.SECRETS, *surroundings.ALL})
        if not wanted:
            raise
        request.wanted = wanted
        return _ask(request, family, operation, show)


def _ask(
    request: client.Request, family: Family, operation: str, show: Callable[[client.Event], None]
) -> client.Reply:
    from keyturn.reach import launch  # noqa: PLC0415 - after the usage is known to be right

    try:
        connection = launch.running()
    except client.NotRunning:
        return family.alone(operation, request.arguments, request.body) or _start_and_ask(request, show)
    try:
        return client.exchange(connection, request, show)
    except client.NotRunning:
        return _start_and_ask(request, show)  # it was just leaving, for idleness or an upgrade


def _start_and_ask(request: client.Request, show: Callable[[client.Event], None]) -> client.Reply:
    from keyturn.console.starting import secret_variables  # noqa: PLC0415
    from keyturn.reach import launch  # noqa: PLC0415

    return launch.insist(request, secret_variables, show)


def _person_is_there(family: Family, body: bytes) -> bool:
    """Whether a sign-in may be shown: never where the caller forbids prompts, or nobody would see it."""
    return client.has_terminal() and family.may_ask(body)


def _browser_is_here() -> bool:
    from keyturn.console import browser  # noqa: PLC0415 - only where somebody might be shown something

    return browser.is_here()


def _asking_program(name: str) -> str:
    """Who started us, as far as a person knows it: a script's shell, or a part of git, is told by the family."""
    from pathlib import Path  # noqa: PLC0415 - only where somebody has to be shown something

    usual = CLIENTS.get(name, name)
    try:
        found = Path(f"/proc/{os.getppid()}/comm").read_text("utf-8", "replace").strip()
    except OSError:  # no /proc, as on macOS
        return usual
    return found if found.isprintable() and found and found not in SHELLS and not found.startswith(usual) else usual


def _shower(name: str, family: Family, limit: deadline.Deadline) -> Callable[[client.Event], None]:
    """What shows a person the events of a sign-in, which has its own time where the caller waits for it."""

    def show(event: client.Event) -> None:
        from keyturn.console import person  # noqa: PLC0415 - only where somebody has to be shown something

        if family.WAITS_FOR_A_PERSON:
            limit.lift()
        person.show({**event, "asked_by": _asking_program(name)})

    return show


def _write(body: bytes) -> None:
    if not body:
        return
    try:
        if sys.stdout is None:
            raise BrokenPipeError
        while body:  # past Python's buffer, whose rest would be complained about once more at exit
            body = body[_written(sys.stdout.fileno(), body) :]
    except OSError as error:
        raise KeyturnError(f"cannot write the answer: {(error.strerror or 'nobody reads it').lower()}") from None


def _written(descriptor: int, body: bytes) -> int:
    """How many bytes of `body` were; waited for where the descriptor does not block, as node leaves them."""
    try:
        return os.write(descriptor, body)
    except BlockingIOError:
        import select  # noqa: PLC0415 - answers are short, and pipes are not

        select.select([], [descriptor], [])
        return 0
