"""keyturn's own requests to the daemon: JSON out, JSON in."""

from __future__ import annotations

import json
import sys

from keyturn.console import browser, other_daemon
from keyturn.console.starting import secret_variables
from keyturn.errors import KeyturnError, UsageError, VariablesWanted, one_line
from keyturn.protocols import surroundings
from keyturn.reach import client, launch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any


def _show(event: client.Event) -> None:
    """What a person is shown costs its imports only where there is something to show."""
    from keyturn.console import person  # noqa: PLC0415

    person.show(event)


def ask(
    method: str,
    path: str,
    body: dict[str, Any] | None = None,
    *,
    waits: bool | None = None,
    opens_browser: bool = True,
    show: Callable[[client.Event], None] = _show,
    creates: bool = False,
) -> dict[str, Any]:
    """The daemon's answer; the daemon is started if need be, and a sign-in shown on the terminal.

    `waits` defaults to whether there is a terminal. opens_browser: whether that may be done, where it can.
    show: what lets the person see the events of it. creates: it is not repeated if the daemon dies over it.
    Raises the daemon's problem as its keyturn error.
    """
    other_daemon.warn()
    request = _request(method, path, body, client.has_terminal() if waits is None else waits)
    request.browser = request.waits and opens_browser and browser.is_here()
    try:
        return _object(_insist(request, show, creates=creates))
    except KeyturnError as error:
        if body is not None and not client.has_terminal():
            _name_input(error, body.get("profile"))
        raise


def _insist(request: client.Request, show: Callable[[client.Event], None], *, creates: bool) -> client.Reply:
    """The reply, the variables of this job sent along where the daemon asks for them."""
    try:
        return launch.insist(request, secret_variables, show, creates=creates)
    except VariablesWanted as error:
        wanted = tuple(name for name in error.names if name in surroundings.ALL)
        if not wanted:
            raise
    request.wanted = wanted
    return launch.insist(request, secret_variables, show, creates=creates)


def _name_input(error: KeyturnError, profile: object) -> None:
    """Have a hint that would ask for a secret on a terminal, where there is none, say that it comes from a pipe."""
    from keyturn import hints  # noqa: PLC0415 - only where something failed
    from keyturn.kinds_of_hints import printed  # noqa: PLC0415

    if isinstance(profile, str) and error.hint == printed(hints.entrust(profile)):
        error.hint = printed(hints.entrust_from_input(profile))


def ask_running(method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any] | None:
    """The answer of the daemon that runs, None when none does."""
    other_daemon.warn()
    try:
        return _object(client.exchange(launch.find(), _request(method, path, body, waits=False)))
    except client.NotRunning:
        return None


def tell_warnings(answer: dict[str, Any]) -> None:
    """Tell a person what the daemon had to warn of while it answered."""
    for warning in answer.get("warnings", ()):
        print(f"keyturn: warning: {warning}", file=sys.stderr)


def print_json(value: object) -> None:
    """Print `value` as the JSON document of a `--json`."""
    from keyturn.protocols.token_text import json_text  # noqa: PLC0415 - `keyturn run` prints none

    print(json_text(value))  # to nowhere, where standard output is closed


def print_facts(facts: dict[str, Any]) -> None:
    """Print `facts` as PowerShell's cmdlets do: a name and its value on each line, but for what is not known.

    Times are local; `expires_on` says what `expires_at` says. What a server said stays in its line.
    """
    said = ((one_line(name), one_line(text)) for name, text in _texts(facts))
    shown = {name: text for name, text in said if name != "expires_on" or "expires_at" not in facts}
    width = max(map(len, shown))
    for name, text in shown.items():
        print(f"{name:<{width}} : {text}")


def _texts(facts: dict[str, Any], within: str = "") -> Iterator[tuple[str, str]]:
    from keyturn.console.moments import in_local_time, local  # noqa: PLC0415 - only where a person reads

    for name, value in facts.items():
        if isinstance(value, dict):
            yield from _texts(value, f"{within}{name} ")
        elif isinstance(value, list):
            yield within + name, " ".join(map(str, value))
        elif isinstance(value, int | float) and name.endswith("_at"):
            yield within + name, local(value)
        elif value is not None:
            yield within + name, in_local_time(str(value))


def _request(method: str, path: str, body: dict[str, Any] | None, waits: bool) -> client.Request:  # noqa: FBT001
    try:
        encoded = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        from keyturn import hints  # noqa: PLC0415 - only where something failed

        raise UsageError("what was typed is not UTF-8", hints.usage("keyturn")) from None
    return client.Request(method, path, body=encoded, waits=waits)


def _object(reply: client.Reply) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(reply.body)
    return parsed
