"""What a waiting person sees, and how the questions of a sign-in are asked.

It goes to the terminal itself, not to stdout, which belongs to the protocol or the data.
"""

from __future__ import annotations

import contextlib
import getpass
import json
import os
from pathlib import Path

from keyturn import moves
from keyturn.console import browser
from keyturn.console.moments import validity
from keyturn.console.sign_in.beside import begun
from keyturn.console.sign_in.pasting import Paste, is_heard
from keyturn.console.sign_in.stopping import Stoppable
from keyturn.errors import Refused
from keyturn.folding import folded, width_of
from keyturn.reach import client, launch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    from keyturn.kinds_of_hints import Hint

TERMINAL = Path("/dev/tty")
_pasting: dict[object, Paste] = {}
SECRET_KINDS = frozenset({"password", "passphrase"})


def show(event: client.Event) -> None:
    """Show one event of a sign-in; a question is asked, and its answer given to the daemon."""
    kind = event.get("event")
    if kind == "ask":
        _ask(event)
    elif kind == "answered":
        _stop_asking(event)
    elif kind in INVITATIONS:
        INVITATIONS[kind](event)
    elif event.get("message"):
        _say(f"keyturn: {event['message']}")


def _identity(event: client.Event) -> str:
    """Whose sign-in it is, as far as the event tells."""
    whose = f" to profile {event['profile']}" if event.get("profile") else ""
    identity = ", ".join(str(event[name]) for name in ("account", "place") if event.get(name))
    asked = f", which {event['asked_by']} asks for" if event.get("asked_by") else ""
    return f"{whose}{f' ({identity})' if identity else ''}{asked}"


def _invite_with_code(event: client.Event) -> None:
    """The code on a line of its own, bold where the terminal can: it is what has to be carried to another screen."""
    _say(f"keyturn: to sign in{_identity(event)}, open {event.get('url')} and")
    _say(f"enter the code {event.get('code')}", bold=True)
    expires_at = event.get("expires_at")
    valid = f"the code is {validity(float(expires_at))}; " if expires_at else ""
    _say(f"keyturn: {valid}keyturn waits, Ctrl-C gives up")


def _invite_to_browser(event: client.Event) -> None:
    """A browser is opened beside us, as it may stay in the foreground; the address is for where there is none."""
    if event.get("open"):
        _say(f"keyturn: to sign in{_identity(event)}, go on in the browser; keyturn waits, Ctrl-C gives up")
        if begun("browser", _open, event) is None:
            _say_where(event)
    else:
        _say(f"keyturn: to sign in{_identity(event)}, open this address; keyturn waits, Ctrl-C gives up")
        _say(str(event.get("url")))


def _open(event: client.Event) -> None:
    if not browser.opened(str(event.get("url"))):
        _say_where(event)


def _say_where(event: client.Event) -> None:
    _say("keyturn: no browser could be started here: open this address yourself,")
    _say(str(event.get("url")))
    if instead := _instead(event):
        _say(f"keyturn: or {instead}")


def _instead(event: client.Event) -> str | None:
    """What does without a browser: a verb's own word (`instead`), or another flow of the profile."""
    if (whose := event.get("profile")) and (flow := event.get("otherwise")):
        return moves.configuration.other_flow(flow, whose)
    return event.get("instead")


INVITATIONS: dict[object, Callable[[client.Event], None]] = {
    "device-code": _invite_with_code,
    "browser": _invite_to_browser,
}


def ask_secret(prompt: str, hint: Hint) -> str:
    """A line typed without echo on the terminal.

    Raises Refused, with `hint`, where there is no terminal or nothing was typed.
    """
    if not client.has_terminal():
        raise Refused("there is no terminal to ask on", hint)
    printable = _printable(prompt)
    Stoppable(printable)
    try:
        secret = getpass.getpass(printable)
    except EOFError:
        secret = ""
    except UnicodeDecodeError:  # the terminal is set to another alphabet, or sends Alt as an eighth bit
        raise Refused("what was entered is not UTF-8", hint) from None
    except KeyboardInterrupt:
        _say("")  # or the shell's prompt would stand behind ours
        raise
    if not secret:
        raise Refused("nothing was entered", hint)
    return secret


def agrees(question: str, hint: Hint) -> bool:
    """Whether the person at the terminal says yes; saying nothing is no.

    Raises Refused, with `hint`, where there is no terminal.
    """
    if not client.has_terminal():
        raise Refused("there is no terminal to ask on", hint)
    return _ask_openly(f"keyturn: {question} [y/N] ").strip().lower() in {"y", "yes"}


def ask_line(question: str) -> str:
    """What a person at the terminal types, without the blanks around it."""
    return _ask_openly(f"keyturn: {question}").strip()


def ask_fitting(question: str, fits: Callable[[str], bool], expected: str) -> str:
    """The same, asked again until it fits; nothing at all always does."""
    while (answer := ask_line(question)) and not fits(answer):
        _say(f"keyturn: expected {expected}")
    return answer


def _ask(event: client.Event) -> None:
    prompt = f"keyturn: {_printable(str(event.get('prompt', '')))}: "
    if event.get("kind") == "redirect-url":
        if is_heard():
            _pasting[event.get("id")] = Paste(prompt, lambda answer: _give(event, answer))
        return
    answer = ask_secret(prompt, moves.waiting.again()) if event.get("kind") in SECRET_KINDS else _ask_openly(prompt)
    _give(event, answer)


def _stop_asking(event: client.Event) -> None:
    """It was answered elsewhere, or by the browser itself."""
    paste = _pasting.pop(event.get("id"), None)
    if paste is not None:
        paste.close()


def _give(event: client.Event, answer: str) -> None:
    body = json.dumps({"value": answer}).encode()
    try:
        client.exchange(launch.running(), client.Request("POST", f"/v1/asks/{event.get('id')}", body=body))
    except Refused as error:
        _say(f"keyturn: {error.sentence}")  # somebody answered at another terminal: go on waiting with them
    except client.NotRunning:
        pass  # whoever waits for the sign-in itself learns it in a moment


def _ask_openly(prompt: str) -> str:
    with _terminal() as terminal:
        terminal.write(f"{folded(_printable(prompt).rstrip(), width_of(terminal))} ")
    with TERMINAL.open(encoding="utf-8", errors="replace") as terminal:
        return terminal.readline().removesuffix("\n")


def _printable(text: str) -> str:
    """A question that moves the cursor may be answered as another, and somebody else's file has a say in some."""
    return "".join(character for character in text if character.isprintable())


def _say(text: str, *, bold: bool = False) -> None:
    printable = _printable(text)
    shown = f"\x1b[1m{printable}\x1b[0m" if bold and os.environ.get("TERM", "dumb") != "dumb" else printable
    try:
        with _terminal() as terminal:
            terminal.write(f"{shown if bold else folded(shown, width_of(terminal))}\n")
    except OSError:
        with contextlib.suppress(OSError):
            os.write(2, f"{printable}\n".encode())


def _terminal() -> TextIO:
    return TERMINAL.open("w", encoding="utf-8")
