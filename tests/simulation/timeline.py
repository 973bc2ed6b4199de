"""What happens in a quarter: a person's calls, and what provider, network and machine do meanwhile. Data, by seed."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from simulation.clock import MONDAY

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
DAYS = 60
CALLS = 200
"""A day, bursts counted once."""
MORNING, EVENING = 8.5 * HOUR, 17.5 * HOUR
TOOLS = {"git for a machine": 30, "git": 25, "kubectl": 25, "docker": 12, "awx": 8}
"""Of a hundred calls."""
BURST = 6
"""Calls at the same moment, as a fetch of submodules or a cold kubectl makes them."""


class Event(NamedTuple):
    """`what` happens at `at` (UTC epoch seconds), `size` times or seconds."""

    at: float
    what: str
    size: float = 1


CHANCES = {
    # a day's chance, and the shortest and longest that it lasts
    "offline": (0.3, 2 * MINUTE, 40 * MINUTE),
    "overload": (0.25, MINUTE, 25 * MINUTE),
    "throttle": (0.1, 20.0, 3 * MINUTE),
    "nap": (0.5, 10 * MINUTE, 90 * MINUTE),
}
"""What lasts."""
INCIDENTS = {
    "revoke account": 40, "revoke tokens": 15, "claims": 20, "rotate secret": 30, "password": 30, "upgrade": 12,
}  # fmt: skip
"""What happens once in so many working days."""


def quarter(seed: int, days: int = DAYS) -> list[Event]:
    """In order of time."""
    random = Random(seed)  # noqa: S311 - no secret
    events = [event for day in range(days) for event in _day(random, _start(day))]
    return sorted(events, key=lambda event: event.at)


def _start(day: int) -> float:
    """Midnight before the working day of that number."""
    return MONDAY + (day // 5 * 7 + day % 5) * DAY


def _day(random: Random, midnight: float) -> list[Event]:
    morning, evening = midnight + MORNING, midnight + EVENING

    def somewhen() -> float:
        return random.uniform(morning + MINUTE, evening)

    tools = random.choices(list(TOOLS), list(TOOLS.values()), k=CALLS)
    events = [Event(somewhen(), tool, BURST if random.random() < 1 / 20 else 1) for tool in tools]
    for what, (chance, shortest, longest) in CHANCES.items():
        if random.random() < chance:
            events.append(Event(somewhen(), what, random.uniform(shortest, longest)))
    events += [Event(somewhen(), what) for what, rarity in INCIDENTS.items() if random.random() < 1 / rarity]
    return [Event(morning, "morning"), *events]
