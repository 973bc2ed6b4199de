"""Ends an acquisition at one of its steps: a request before the server did it and after, a seal likewise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.awx.in_memory import Killed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.awx.in_memory import InMemoryAwx, InMemoryChannel

STEPS = 40
"""More than any acquisition has; a run that was not cut short ends the count."""


class Cut:
    """Raises at the nth step, once."""

    def __init__(self, at: int, error: Callable[[], BaseException] = Killed) -> None:
        self.left = at
        self.error = error
        self.fired = False

    def __call__(self, _step: str) -> None:
        self.left -= 1
        if self.left == 0:
            self.fired = True
            raise self.error()


def wire(cut: Cut, awx: InMemoryAwx, channel: InMemoryChannel) -> None:
    """Let `cut` count all steps of both."""
    awx.before = awx.after = channel.before = channel.after = cut


def everywhere(least: int, error: Callable[[], BaseException] = Killed) -> Iterator[Cut]:
    """A cut at each step in turn; the last one comes too late, and its run is whole.

    Fails where a run has fewer than `least` steps: little would have been tried.
    """
    for at in range(1, STEPS):
        cut = Cut(at, error)
        yield cut
        if not cut.fired:
            assert at > least
            return
    raise AssertionError("it never ended")
