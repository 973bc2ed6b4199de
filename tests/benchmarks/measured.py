"""What a case found, as values, and the figures that are made of them."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """All values of one contestant, in `unit`.

    peers: the names of those in the same case it is compared with. ours: whether it is this build's.
    """

    name: str
    unit: str
    values: list[float]
    peers: tuple[str, ...] = ()
    ours: bool = False

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def p99(self) -> float:
        """The smallest value that is not below 99 % of all: with fewer than a hundred, the largest."""
        return sorted(self.values)[math.ceil(len(self.values) * 0.99) - 1]

    @property
    def quantiles(self) -> list[float]:
        """From the smallest value to the largest, in steps of 5 % of all."""
        ordered = sorted(self.values)
        return [ordered[round((len(ordered) - 1) * percent / 100)] for percent in range(0, 101, 5)]


@dataclass(frozen=True)
class Result:
    """The rows of a case, and why others who belong there are absent, by name."""

    rows: list[Row]
    absent: dict[str, str] = field(default_factory=dict)

    def ratios(self, row: Row) -> dict[str, tuple[float, float]]:
        """`row` to each of its peers that was measured, and is not nothing: medians, p99."""
        peers = [peer for peer in self.rows if peer.name in row.peers and peer.median and peer.p99]
        return {peer.name: (row.median / peer.median, row.p99 / peer.p99) for peer in peers}
