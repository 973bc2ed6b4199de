"""Who is told why, and who was told a moment ago."""

from __future__ import annotations

import os
import subprocess

import pytest

from keyturnd.broker.policy import FAILURE_MEMORY
from keyturnd.callers.complaints import MEMORY, Complaints
from keyturnd.callers.peer import Tool
from support.daemon.manual_clock import ManualClock

ERROR = "nobody is signed in for profile me"
KUBECTL, OTHER = Tool(100, 5000), Tool(101, 5001)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def complaints(clock: ManualClock) -> Complaints:
    made = Complaints(clock)
    made.tell(KUBECTL, 200, ERROR)
    return made


def test_nobody_has_been_told_at_first(clock: ManualClock) -> None:
    assert not Complaints(clock).is_told(KUBECTL, 200, ERROR)


def test_another_helper_of_the_same_tool_is_told_already(complaints: Complaints) -> None:
    assert complaints.is_told(KUBECTL, 201, ERROR)


def test_the_helper_that_was_told_is_asked_to_explain(complaints: Complaints) -> None:
    assert not complaints.is_told(KUBECTL, 200, ERROR)


@pytest.mark.parametrize("tool", [OTHER, Tool(KUBECTL.pid, 9999)])
def test_another_tool_is_told_anew_even_under_the_same_pid(complaints: Complaints, tool: Tool) -> None:
    assert not complaints.is_told(tool, 201, ERROR)


def test_it_is_forgotten_with_the_failure_itself() -> None:
    assert MEMORY == FAILURE_MEMORY


def test_it_is_forgotten_after_a_moment(complaints: Complaints, clock: ManualClock) -> None:
    clock.advance(MEMORY - 0.1)
    assert complaints.is_told(KUBECTL, 201, ERROR)
    clock.advance(0.2)
    assert not complaints.is_told(KUBECTL, 201, ERROR)


def test_who_hears_it_again_does_not_keep_it_alive(complaints: Complaints, clock: ManualClock) -> None:
    clock.advance(MEMORY - 0.1)
    complaints.tell(KUBECTL, 201, ERROR)
    clock.advance(0.2)
    assert not complaints.is_told(KUBECTL, 202, ERROR)


def test_the_first_explaining_late_counts_from_then(complaints: Complaints, clock: ManualClock) -> None:
    clock.advance(MEMORY + 20)  # it waited for a person
    complaints.tell(KUBECTL, 200, ERROR)
    assert complaints.is_told(KUBECTL, 201, ERROR)


def test_a_tool_nobody_knows_is_always_told(complaints: Complaints) -> None:
    complaints.tell(None, 200, ERROR)
    assert not complaints.is_told(None, 201, ERROR)


def test_who_was_refused_is_known_for_a_moment_and_so_is_who_started_it(
    complaints: Complaints, clock: ManualClock
) -> None:
    first, second = (subprocess.Popen(["cat"], stdin=subprocess.PIPE) for _ in range(2))
    try:
        assert not complaints.was_refused(first.pid)
        complaints.refuse(first.pid)
        assert complaints.was_refused(first.pid)
        assert complaints.was_refused(second.pid), "both are this process's"
        assert not complaints.was_refused(os.getpid())
        clock.advance(MEMORY)
        assert not complaints.was_refused(first.pid)
        complaints.refuse(second.pid)
        complaints.clear()
        assert not complaints.was_refused(second.pid)
    finally:
        for child in (first, second):
            child.communicate()


def test_callers_that_the_kernel_does_not_name_are_not_taken_for_one(complaints: Complaints) -> None:
    """From outside of a container, say: their pid is 0."""
    complaints.refuse(0)
    assert not complaints.was_refused(0)


def test_another_error_is_told_too(complaints: Complaints) -> None:
    assert not complaints.is_told(KUBECTL, 201, "the cluster is no target")
    assert complaints.is_told_anything(KUBECTL, 201)
    assert not complaints.is_told_anything(OTHER, 201)
    assert not complaints.is_told_anything(KUBECTL, 200)
