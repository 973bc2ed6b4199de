"""What is made of the stamps of the daemon's answers."""

from __future__ import annotations

from benchmarks.cases.daemon import share


def test_times_and_how_many_a_second() -> None:
    """Two turns of two clients side by side; each request takes 10 ms, in the second turn twice as long."""
    stamps: list[float] = []
    for turn, taken in enumerate((0.01, 0.02)):
        for _client in range(2):
            begun = [turn * 100 + number * taken for number in range(share.AT_A_TIME)]
            stamps += [stamp for begin in begun for stamp in (begin, begin + taken)]
    times, rate = share.rows("daemon", 2, stamps, ("daemon", "another"))
    assert (times.name, times.unit, times.peers) == ("daemon, 2 clients", "ms", ("another, 2 clients",))
    assert sorted({round(value) for value in times.values}) == [10, 20]
    assert (rate.unit, [round(value) for value in rate.values]) == ("answers a second", [200, 100])
