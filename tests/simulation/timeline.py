"""What happens in a quarter: a person's calls, and what provider, network and machine do meanwhile. Data, by seed."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, NamedTuple

from simulation.clock import MONDAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
DAYS = 60
CALLS = 200
"""A day, bursts counted once."""
MORNING, EVENING = 8.5 * HOUR, 17.5 * HOUR
TOOLS = {"git for a machine": 26, "git": 25, "kubectl": 25, "docker": 11, "awx": 8, "job": 5}
"""Of a hundred calls."""
BURST = 6
"""Calls at the same moment, as a fetch of submodules or a cold kubectl makes them."""
NIGHTS_ASLEEP = 0.8
"""Of those before a working day; in the others the machine is left running. It sleeps at weekends."""
AT_ONCE = 3
"""Calls in the first minute of a machine that wakes: somebody opened it for something."""
NETWORK_COMES = 15.0
"""Seconds after waking, at the latest."""


class Event(NamedTuple):
    """`what` happens at `at` (UTC epoch seconds), `size` times or seconds."""

    at: float
    what: str
    size: float = 1


CHANCES = {
    # a day's chance, and the shortest and longest that it lasts
    "offline": (0.3, 2 * MINUTE, 3 * HOUR),
    "overload": (0.25, MINUTE, 25 * MINUTE),
    "registry overload": (0.1, MINUTE, 25 * MINUTE),
    "awx overload": (0.1, MINUTE, 25 * MINUTE),
    "throttle": (0.1, 20.0, 3 * MINUTE),
    "loop": (0.05, 20.0, 3 * MINUTE),
    "nap": (0.5, 10 * MINUTE, 90 * MINUTE),
}
"""What lasts. Entra, the registry's token endpoint or AWX answers 503 while it is overloaded. Entra throttles by 429
or, where a person is about, by a word of a loop (AADSTS50196)."""
INCIDENTS = {
    "revoke account": 40, "entra password": 60, "revoke tokens": 15, "claims": 20, "terms": 40, "upgrade": 12,
}  # fmt: skip
"""What happens once in so many working days. Policies change for tokens (claims) or persons (terms)."""
RENEWED = {"secret": 30, "password": 30, "certificate": 10}
"""What is replaced once in so many working days, and keyturn told: in time, or after it has ended."""
TOO_LATE = 4 * HOUR
"""After its end, at the latest: then somebody has noticed."""
LONGEST_LIFE = 100 * DAY
"""Of a certificate: beyond any quarter."""


def quarter(seed: int, days: int = DAYS) -> list[Event]:
    """In order of time."""
    random = Random(seed)  # noqa: S311 - no secret
    events = [event for day in range(days) for event in _day(random, day)]
    return sorted([*events, *_certificates(random, events)], key=lambda event: event.at)


def _start(day: int) -> float:
    """Midnight before the working day of that number."""
    return MONDAY + (day // 5 * 7 + day % 5) * DAY


def _day(random: Random, day: int) -> list[Event]:
    morning, evening = _start(day) + MORNING, _start(day) + EVENING

    def somewhen() -> float:
        return random.uniform(morning + MINUTE, evening)

    events = [Event(morning, "morning"), *_awake(random, morning)]
    events += [Event(somewhen(), *_call(random)) for _ in range(CALLS)]
    for what, (chance, shortest, longest) in CHANCES.items():
        if random.random() < chance:
            events.append(Event(somewhen(), what, random.uniform(shortest, longest)))
    events += [Event(somewhen(), what) for what, rarity in INCIDENTS.items() if random.random() < 1 / rarity]
    events += _renewed(random, somewhen)
    for nap in [event for event in events if event.what == "nap"]:
        events += _awake(random, nap.at + nap.size)
    if day % 5 == 4 or random.random() < NIGHTS_ASLEEP:
        events.append(Event(evening, "night", _start(day + 1) + MORNING - evening))
    return events


def _call(random: Random) -> tuple[str, float]:
    [tool] = random.choices(list(TOOLS), list(TOOLS.values()))
    return tool, BURST if random.random() < 1 / 20 else 1


def _awake(random: Random, at: float) -> Iterator[Event]:
    yield Event(at, "no network yet", random.uniform(0, NETWORK_COMES))
    yield from (Event(at + random.uniform(1, MINUTE), *_call(random)) for _ in range(AT_ONCE))


def _renewed(random: Random, somewhen: Callable[[], float]) -> Iterator[Event]:
    """What is too late, too, for a secret and a password; a certificate has its end in it."""
    for what, rarity in RENEWED.items():
        if random.random() < 1 / rarity:
            at = somewhen()
            if what != "certificate" and random.random() < 1 / 2:
                yield Event(at - random.uniform(0, TOO_LATE), f"{what} ends")
            yield Event(at, what)


def _certificates(random: Random, events: list[Event]) -> Iterator[Event]:
    """Each lives until some days after the next one comes, or until shortly before; `size` is its life."""
    replaced = sorted(event.at for event in events if event.what == "certificate")
    events[:] = [event for event in events if event.what != "certificate"]
    for at, following in zip([MONDAY, *replaced], [*replaced, MONDAY + LONGEST_LIFE], strict=True):
        spare = random.uniform(0, 5 * DAY) if random.random() < 1 / 2 else -random.uniform(0, TOO_LATE)
        yield Event(at, "certificate", following + spare - at)
