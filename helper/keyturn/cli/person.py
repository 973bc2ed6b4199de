"""What a waiting person sees, and how the questions of a sign-in are asked.

It goes to the terminal itself, not to stdout, which belongs to the protocol or the data.
"""

from __future__ import annotations

import getpass
import json
import os

from keyturn import client, launch
from keyturn.errors import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

SECRET_KINDS = frozenset({"password", "passphrase"})


def show(event: client.Event) -> None:
    """Show one event of a sign-in; a question is asked, and its answer given to the daemon."""
    kind = event.get("event")
    if kind == "ask":
        _ask(event)
    elif kind == "device-code":
        _say(f"keyturn: to sign in, open {event.get('url')} and enter the code {event.get('code')}")
    else:
        _say(f"keyturn: {event.get('message', '')}")


def ask_secret(prompt: str) -> str:
    """A line typed without echo on the terminal. Raises Refused where there is none."""
    if not client.has_terminal():
        raise Refused("there is no terminal to ask on", "give the secret on standard input: … -")
    return getpass.getpass(prompt)


def _ask(event: client.Event) -> None:
    prompt = f"keyturn: {event.get('prompt', '')}: "
    answer = ask_secret(prompt) if event.get("kind") in SECRET_KINDS else _ask_openly(prompt)
    body = json.dumps({"value": answer}).encode()
    client.exchange(launch.running(), client.Request("POST", f"/v1/asks/{event.get('id')}", body=body))


def _ask_openly(prompt: str) -> str:
    with _terminal() as terminal:
        terminal.write(prompt)
    with open("/dev/tty", encoding="utf-8") as terminal:
        return terminal.readline().removesuffix("\n")


def _say(text: str) -> None:
    printable = "".join(character for character in text if character.isprintable())
    try:
        with _terminal() as terminal:
            terminal.write(f"{printable}\n")
    except OSError:
        os.write(2, f"{printable}\n".encode())


def _terminal() -> TextIO:
    return open("/dev/tty", "w", encoding="utf-8")
