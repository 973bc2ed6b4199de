"""The end of a helper call: told by the native helper, kept by its twin, and put off for a person."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from keyturn.errors import UsageError
from keyturn.twin import deadline

# A twin that waits for ever: what it says when its time is over.
WAIT = """
import signal, sys, time
from keyturn.twin import deadline
until = int((time.clock_gettime(deadline.CLOCK) + float(sys.argv[2])) * 1000)
limit = deadline.Deadline(sys.argv[1], until)
try:
    limit.arm()
    {then}
except deadline.DeadlinePassed as passed:
    print(passed.sentence)
"""


def said(family: str, seconds: float, *, then: str = "time.sleep(3600)") -> str:
    code = WAIT.format(then=then)
    command = [sys.executable, "-c", code, family, str(seconds)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize(("family", "seconds"), [("git", 30), ("kube", 25), ("docker", 15)])
def test_what_waits_is_stopped(family: str, seconds: int) -> None:
    assert said(family, 0.05) == f"the daemon did not answer within {seconds} seconds"


@pytest.mark.parametrize("left", [0, -1])
def test_a_deadline_that_has_passed_before_it_is_armed(left: int) -> None:
    assert said("git", left) == "the daemon did not answer within 30 seconds"


def test_lifted_for_a_person() -> None:
    assert said("git", 60, then="limit.lift(); print(signal.getitimer(signal.ITIMER_REAL))") == "(0.0, 0.0)"


def test_a_caller_that_blocks_the_signal() -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])  # children inherit it
    try:
        assert said("git", 0.05) == "the daemon did not answer within 30 seconds"
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def test_what_the_native_helper_tells_stands_before_the_family() -> None:
    assert deadline.given(["--until=123", "git", "--until=5", "get"]) == (123, ["git", "--until=5", "get"])
    assert deadline.given(["git", "get"]) == (None, ["git", "get"])
    assert deadline.given([]) == (None, [])


@pytest.mark.parametrize("said_so", ["--until=", "--until=x", "--until=-1", "--until=1e9", "--until=\u0661"])
def test_what_is_no_time_is_refused(said_so: str) -> None:
    with pytest.raises(UsageError):
        deadline.given([said_so, "git", "get"])
