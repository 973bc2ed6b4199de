"""What a person is shown of an acquisition, and asked: questions that nobody else can answer, while they are open."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Any

import msgspec

from keyturn.configuration.kubelogin import PREFIX
from keyturn.configuration.profiles.profile import AwxProfile

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturn.configuration.profiles.profile import Profile
    from keyturnd.messages.channel import Ask, Event

ANSWERED = "answered"
"""The event that says so: whoever shows the question stops asking, and nobody who comes is asked."""


class Questions:
    """Those of one acquisition. `show` lets whoever waits see an event."""

    def __init__(self, show: Callable[[dict[str, Any]], None]) -> None:
        self._show = show
        self._open: dict[str, asyncio.Future[str]] = {}

    async def ask(self, ask: Ask) -> str:
        """The first answer. Cancelling this takes the question back."""
        number = secrets.token_urlsafe(12)
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._open[number] = answer
        self._show({"event": "ask", "id": number, "kind": ask.kind, "prompt": ask.prompt})
        try:
            return await answer
        finally:
            self._open.pop(number, None)
            self._show({"event": ANSWERED, "id": number})

    def take_answer(self, number: str, value: str) -> bool:
        """Whether `number` was one of these and open; the first answer counts."""
        answer = self._open.pop(number, None)
        if answer is None or answer.done():
            return False
        answer.set_result(value)
        return True


def as_shown(event: Event) -> dict[str, Any]:
    """`event` as a waiter gets to see it: its kind, and whatever else it tells."""
    fields: dict[str, Any] = msgspec.to_builtins(event)
    return {"event": event.kind, **{name: value for name, value in fields.items() if name not in {"type", "kind"}}}


def whose(profile: Profile) -> dict[str, Any]:
    """Which identity a sign-in is for, as the person who is asked for it has to know."""
    if isinstance(profile, AwxProfile):
        return {"profile": profile.name, "account": profile.username, "place": profile.url}
    place = f"tenant {profile.tenant}"
    if profile.name.startswith(PREFIX):  # a name that its reader never gave
        return {"place": f"kubelogin, {place}"}
    return {"profile": profile.name, "account": profile.account, "place": place}
