"""Faults to order: which endpoint misbehaves next, how, and how often."""

from __future__ import annotations

import asyncio
import dataclasses
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS = ("status", "malformed", "drip", "hang", "close", "hold", "huge", "redirect", "lose")
KIB = 1024
LARGEST = 64 * KIB * KIB
FINAL_STATUS = re.compile(r"[2-5][0-9]{2}")
TYPES = {
    "endpoint": str,
    "kind": str,
    "times": int,
    "after": int,
    "status": int,
    "headers": dict,
    "body": str,
    "location": str,
    "size": int,
}


@dataclass
class Fault:
    """One order.

    endpoint: a name of ledger.py; `git` also stands for all that begin with `git.`, `*` for any.
    times: how many requests it strikes; after: how many it lets pass first.
    status, headers, body: the answer, where the kind gives one; None: what the kind has ready.
    location: where `redirect` points. size: bytes of `huge`.
    """

    endpoint: str
    kind: str
    times: int = 1
    after: int = 0
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    location: str | None = None
    size: int = LARGEST

    def __post_init__(self) -> None:
        """ValueError for what is no fault."""
        if self.kind not in KINDS:
            raise ValueError(f"kind is one of {', '.join(KINDS)}")
        if self.kind == "redirect" and self.location is None:
            raise ValueError("a redirect needs a location")
        if min(self.times, self.after, self.size) < 0:
            raise ValueError("times, after and size are not negative")
        if self.status is not None and not FINAL_STATUS.fullmatch(str(self.status)):
            raise ValueError("status is a number from 200 to 599")

    def strikes(self, endpoint: str) -> bool:
        """Whether it is meant for `endpoint`."""
        return self.endpoint in {endpoint, "*"} or endpoint.startswith(f"{self.endpoint}.")


def from_json(order: Mapping[str, object]) -> Fault:
    """The fault an order describes; ValueError if it describes none."""
    for name, value in order.items():
        if name not in TYPES or type(value) is not TYPES[name]:
            raise ValueError(f"{name!r} is nothing a fault has, or not of type {TYPES.get(name, str).__name__}")
    headers = order.get("headers", {})
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise ValueError("headers are names and texts")
    return Fault(**order)  # type: ignore[arg-type]  # checked above, by the table


class Faults:
    """The queue, and the gate that holds requests."""

    def __init__(self) -> None:
        self._queue: list[Fault] = []
        self._released = asyncio.Event()

    def order(self, fault: Fault) -> None:
        """Put `fault` behind those that wait."""
        self._queue.append(fault)

    def take(self, endpoint: str) -> Fault | None:
        """The fault that strikes this request, used up by one; None for most requests."""
        for fault in self._queue:
            if not fault.strikes(endpoint):
                continue
            if fault.after:
                fault.after -= 1
                return None
            fault.times -= 1
            if fault.times <= 0:
                self._queue.remove(fault)
            return fault
        return None

    def gate(self) -> asyncio.Event:
        """What a request that is held now waits for."""
        return self._released

    def release(self) -> None:
        """Let go all requests that are held now; later ones are held again."""
        self._released.set()
        self._released = asyncio.Event()

    def waiting(self) -> list[dict[str, object]]:
        """The orders not yet used up."""
        return [dataclasses.asdict(fault) for fault in self._queue]

    def reset(self) -> None:
        """Forget all orders and hold nobody."""
        self._queue.clear()
        self.release()
