"""Acquisitions whose processes say what a test lets them say, and who follows them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from keyturnd.fetching.processes import acquisitions as processes
from keyturnd.fetching.processes.acquisitions import Acquisitions
from keyturnd.messages.channel import Ask, Event, Seal, encode_line
from keyturnd.messages.identities import EntraIdentity, Network
from keyturnd.messages.jobs import TokenJob
from keyturnd.messages.outcomes import Result
from keyturnd.messages.states import EntraState

if TYPE_CHECKING:
    import pytest

    from keyturnd.messages.states import State


JOB = TokenJob(EntraIdentity("ci", "client-secret", "app", "https://login.example/t"), ("scope",), Network(), 30.0)
RESULT = encode_line(Result("token", 2.0, 1.0)).decode()
EVENT = encode_line(Event("progress", "x")).decode()
SEAL = encode_line(Seal(EntraState("r"))).decode()
ASK = encode_line(Ask(1, "password", "Password")).decode()
PRELUDE = (
    "import os, sys\nsay = lambda text: (sys.stdout.write(text), sys.stdout.flush())\nhear = sys.stdin.readline\n"
)


class Audience:
    """Follows an acquisition, and notes what it is told."""

    def __init__(self) -> None:
        self.events = 0
        self.sealed: list[State] = []
        self.fault: Exception | None = None

    def on_event(self, _: Event) -> None:
        self.events += 1

    async def on_ask(self, ask: Ask) -> str:
        return f"answer to {ask.prompt}"

    async def on_seal(self, state: State) -> None:
        if self.fault is not None:
            raise self.fault
        self.sealed.append(state)


def playing(monkeypatch: pytest.MonkeyPatch, code: str) -> Acquisitions:
    """Acquisitions whose processes run `code`."""
    monkeypatch.setattr(processes, "COMMAND", (sys.executable, "-c", PRELUDE + code))
    return Acquisitions()
