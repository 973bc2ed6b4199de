"""The tokens in memory: the short way to tell that one is good agrees with the long one, whatever the clocks do."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from keyturnd.broker.memory import Memory
from keyturnd.fetching.wants import Want
from keyturnd.vault.tokens import Token
from support.daemon.brokers import service_profile
from support.daemon.manual_clock import ManualClock

HOUR = 3600.0


@given(
    life=st.floats(0, 2 * HOUR),
    age=st.floats(-HOUR, HOUR),
    passed=st.floats(0, 3 * HOUR),
    jump=st.floats(-2 * HOUR, 2 * HOUR),
    protocol=st.sampled_from(["git", "docker", "kube"]),
)
def test_what_lasts_is_fresh_and_not_due(life: float, age: float, passed: float, jump: float, protocol: str) -> None:
    clock = ManualClock()
    nobody: Any = None
    memory = Memory(nobody, nobody, clock, Random(1).random)  # noqa: S311 - jitter
    issued_at = clock.wall() - age
    held = memory.hold(Want(service_profile(), ("scope",), protocol), Token("text", issued_at, issued_at + life))
    clock.advance(passed)
    clock.set_wall(clock.wall() + jump)
    good = memory.fresh(held, protocol) and not memory.due(held)
    assert memory.lasts(held) == good
