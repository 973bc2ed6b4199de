"""The daemon's end of the acquisition channel, with processes of any behaviour at the other."""

from __future__ import annotations

import asyncio
import os
import platform
import subprocess
import sys
import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import msgspec
import pytest

from keyturn.errors import AcquisitionDied, Refused, StateError
from keyturnd.fetching.keeper import NothingToSeal
from keyturnd.fetching.processes import acquisitions as processes
from keyturnd.fetching.processes import conversation
from keyturnd.fetching.processes.acquisitions import Acquisitions
from keyturnd.fetching.processes.conversation import MESSAGES
from keyturnd.fetching.processes.giving_way import SHORTEST, STRETCH
from keyturnd.life import children
from keyturnd.messages.channel import LINE_LIMIT, Ask, Event, Seal, encode_line
from keyturnd.messages.identities import EntraIdentity, Network
from keyturnd.messages.jobs import TokenJob
from keyturnd.messages.outcomes import Failure, Result
from keyturnd.messages.states import EntraState

if TYPE_CHECKING:
    from pathlib import Path

    from keyturnd.messages.states import State

JOB = TokenJob(EntraIdentity("ci", "client-secret", "app", "https://login.example/t"), ("scope",), Network(), 30.0)
RESULT = encode_line(Result("token", 2.0, 1.0)).decode()
EVENT = encode_line(Event("progress", "x")).decode()
SEAL = encode_line(Seal(EntraState("r"))).decode()
ASK = encode_line(Ask(1, "password", "Password")).decode()
PRELUDE = (
    "import os, sys\nsay = lambda text: (sys.stdout.write(text), sys.stdout.flush())\nhear = sys.stdin.readline\n"
)


class Audience:
    """Follows an acquisition, and notes what it is told."""

    def __init__(self) -> None:
        self.events = 0
        self.sealed: list[State] = []
        self.fault: Exception | None = None

    def on_event(self, _: Event) -> None:
        self.events += 1

    async def on_ask(self, ask: Ask) -> str:
        return f"answer to {ask.prompt}"

    async def on_seal(self, state: State) -> None:
        if self.fault is not None:
            raise self.fault
        self.sealed.append(state)


@pytest.fixture
def audience() -> Audience:
    return Audience()


def playing(monkeypatch: pytest.MonkeyPatch, code: str) -> Acquisitions:
    """Acquisitions whose processes run `code`."""
    monkeypatch.setattr(processes, "COMMAND", (sys.executable, "-c", PRELUDE + code))
    return Acquisitions()


async def test_a_whole_conversation(monkeypatch: pytest.MonkeyPatch, audience: Audience) -> None:
    code = f"""
assert '"secret"' in hear()
say({EVENT!r})
say({ASK!r})
assert "answer to Password" in hear()
say({SEAL!r})
assert '"ack"' in hear()
say({RESULT!r})
"""
    acquisitions = playing(monkeypatch, code)
    assert await acquisitions.run(JOB, audience) == Result("token", 2.0, 1.0)
    assert (audience.events, audience.sealed) == (1, [EntraState("r")])
    assert (acquisitions.running, acquisitions.started) == (set(), 1)


GET_ATTRIBUTES = {"x86_64": 315, "aarch64": 275}[platform.machine()]
KNOWS_STRETCHES = tuple(int(part) for part in platform.release().split(".")[:2]) >= (6, 12)
"""Another kernel tells 0 (sched_getattr(2))."""
STRETCH_OF = f"""
import ctypes, struct
def stretch():
    attributes = ctypes.create_string_buffer(48)
    assert ctypes.CDLL(None).syscall({GET_ATTRIBUTES}, 0, attributes, 48, 0) == 0
    return struct.unpack("=IIQiIQQQ", attributes.raw)[5]
"""


async def test_it_gives_way_in_a_session_of_its_own(monkeypatch: pytest.MonkeyPatch, audience: Audience) -> None:
    told: list[Event] = []
    monkeypatch.setattr(audience, "on_event", told.append)
    code = f"""
{STRETCH_OF}
import json
hear()
text = str([os.getsid(0) == os.getpid(), stretch()])
say(json.dumps(dict(type="event", kind="progress", message=text)) + "\\n")
say({RESULT!r})
"""
    assert await playing(monkeypatch, code).run(JOB, audience) == Result("token", 2.0, 1.0)
    assert [event.message for event in told] == [str([True, STRETCH if KNOWS_STRETCHES else 0])]


STARTING = f"""
{STRETCH_OF}
import asyncio, subprocess, sys
from keyturnd.fetching.processes.giving_way import starting
ordinary = stretch()
for _ in range(2):
    with starting():
        own = stretch()
        child = subprocess.check_output([sys.executable, "-c", {STRETCH_OF + "print(stretch())"!r}])
    print(own, int(child) == stretch() == ordinary)
"""


def test_who_starts_it_goes_before_it_meanwhile() -> None:
    done = subprocess.run([sys.executable, "-c", STARTING], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(SHORTEST if KNOWS_STRETCHES else 0), "True"] * 2


async def test_one_that_has_ended_is_not_wondered_at(
    monkeypatch: pytest.MonkeyPatch,
    audience: Audience,
    caplog: pytest.LogCaptureFixture,
    request: pytest.FixtureRequest,
) -> None:
    """What the loop has to say of processes would stand in the terminal of `keyturn daemon run`."""
    children.watch(asyncio.get_running_loop())
    if sys.version_info < (3, 12):
        request.addfinalizer(partial(asyncio.set_child_watcher, asyncio.ThreadedChildWatcher()))  # 3.11's own
    acquisitions = playing(monkeypatch, f"hear()\nsay({EVENT + RESULT!r})")

    def until_it_has_ended(_: Event) -> None:
        (pid,) = acquisitions.running
        assert not any("waitpid" in thread.name for thread in threading.enumerate())
        with suppress(ChildProcessError):  # on a busy machine the loop has learned it before the message
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)

    monkeypatch.setattr(audience, "on_event", until_it_has_ended)
    assert await acquisitions.run(JOB, audience) == Result("token", 2.0, 1.0)
    assert [record for record in caplog.records if record.name == "asyncio"] == []


@pytest.mark.parametrize(
    ("code", "kind", "sentence"),
    [
        ("", "acquisition-died", "the acquisition process ended with status 0 and no result"),
        ("sys.exit(3)", "acquisition-died", "the acquisition process ended with status 3 and no result"),
        ("os.kill(os.getpid(), 9)", "acquisition-died", "the acquisition process was killed by signal 9"),
        (f"say({RESULT[:-1]!r})", "acquisition-died", "the acquisition process ended with status 0 and no result"),
        ("say('Traceback\\n')", "bug", "the acquisition process sent a line that is no message"),
        ("say('\\n')", "bug", "the acquisition process sent a line that is no message"),
        ("say('[' * 100000 + '\\n')", "bug", "the acquisition process sent a line that is no message"),
        (f"say('x' * {LINE_LIMIT + 10})", "bug", "the acquisition process sent a line that is no message"),
        (f"say({EVENT!r} * 100000)", "bug", f"the acquisition process sent more than {MESSAGES} messages"),
        ("sys.stdin.close(); os.close(0)", "acquisition-died", "and no result"),
    ],
)
async def test_misbehaviour_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, audience: Audience, code: str, kind: str, sentence: str
) -> None:
    outcome = await playing(monkeypatch, code).run(JOB, audience)
    assert isinstance(outcome, Failure)
    assert outcome.kind == kind
    assert sentence in outcome.sentence
    assert audience.events <= MESSAGES


async def test_who_overstays_is_killed(monkeypatch: pytest.MonkeyPatch, audience: Audience) -> None:
    monkeypatch.setattr(processes, "GRACE", 0.0)
    acquisitions = playing(monkeypatch, "hear(); hear()")
    outcome = await acquisitions.run(TokenJob(JOB.identity, (), Network(), 0.05), audience)
    assert isinstance(outcome, Failure)
    assert outcome.kind == "provider-unreachable"
    assert acquisitions.running == set()


async def test_what_cannot_be_kept_ends_it(
    monkeypatch: pytest.MonkeyPatch, audience: Audience, tmp_path: Path
) -> None:
    audience.fault = StateError("disk full")
    after = tmp_path / "acknowledged"
    acquisitions = playing(monkeypatch, f"hear(); say({SEAL!r}); hear() and open({str(after)!r}, 'w')")
    with pytest.raises(StateError):
        await acquisitions.run(JOB, audience)
    assert acquisitions.running == set()
    assert not after.exists()


async def test_cancelling_is_a_kill(monkeypatch: pytest.MonkeyPatch, audience: Audience) -> None:
    acquisitions = playing(monkeypatch, f"say({EVENT!r}); hear(); hear()")
    begun = asyncio.Event()
    monkeypatch.setattr(audience, "on_event", lambda _: begun.set())
    running = asyncio.create_task(acquisitions.run(JOB, audience))
    await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert acquisitions.running == set()


PERSONS_JOB = msgspec.structs.replace(JOB, interactive=True)
FOR_EVER = "hear(); hear()"


async def test_people_who_take_their_time_leave_the_places_of_fetches_free(
    monkeypatch: pytest.MonkeyPatch, audience: Audience
) -> None:
    monkeypatch.setattr(processes, "AT_ONCE", 1)
    acquisitions = playing(
        monkeypatch, f"import json\njob = json.loads(hear())\njob.get('interactive') and hear()\nsay({RESULT!r})"
    )
    person = asyncio.create_task(acquisitions.run(PERSONS_JOB, audience))
    assert isinstance(await acquisitions.run(JOB, audience), Result)
    assert not person.done()
    person.cancel()
    await asyncio.gather(person, return_exceptions=True)


async def test_waiting_for_a_place_is_part_of_the_deadline(
    monkeypatch: pytest.MonkeyPatch, audience: Audience
) -> None:
    monkeypatch.setattr(processes, "AT_ONCE", 1)
    monkeypatch.setattr(processes, "GRACE", 0.0)
    acquisitions = playing(monkeypatch, FOR_EVER)
    first = asyncio.create_task(acquisitions.run(JOB, audience))
    await asyncio.sleep(0)
    outcome = await acquisitions.run(msgspec.structs.replace(JOB, deadline=0.0), audience)
    assert isinstance(outcome, Failure)
    assert outcome.kind == "provider-unreachable"
    assert acquisitions.started <= 1
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)


async def test_what_a_dying_process_said_is_logged(monkeypatch: pytest.MonkeyPatch, audience: Audience) -> None:
    noted: list[dict[str, object]] = []
    monkeypatch.setattr(conversation, "note", lambda _message, _level, **values: noted.append(values))
    code = "hear()\nprint('No module named msal', 'eyJ' + 40 * 'x', file=sys.stderr)\nsys.exit(3)"
    outcome = await playing(monkeypatch, code).run(JOB, audience)
    assert isinstance(outcome, Failure)
    assert noted == [{"status": 3, "said": "No module named msal …"}]


async def test_a_talkative_stderr_holds_nobody(monkeypatch: pytest.MonkeyPatch, audience: Audience) -> None:
    code = f"hear()\nsys.stderr.write('x' * 10_000_000)\nsay({RESULT!r})"
    assert isinstance(await playing(monkeypatch, code).run(JOB, audience), Result)


async def test_no_process_is_started_with_too_few_descriptors(
    monkeypatch: pytest.MonkeyPatch, audience: Audience
) -> None:
    acquisitions = playing(monkeypatch, FOR_EVER)
    monkeypatch.setattr(processes, "descriptors_left", lambda: processes.NEEDED - 1)
    with pytest.raises(AcquisitionDied, match="descriptors"):
        await acquisitions.run(JOB, audience)
    assert acquisitions.started == 0


class Silent(Audience):
    """Somebody who does not answer."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.withdrawn: list[str] = []

    async def on_ask(self, ask: Ask) -> str:
        self.asked.append(ask.prompt)
        try:
            never: asyncio.Future[str] = asyncio.get_running_loop().create_future()
            return await never
        finally:
            self.withdrawn.append(ask.prompt)


async def test_an_open_question_holds_nothing_up_and_is_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser may bring the answer before the person has pasted it."""
    second = encode_line(Ask(2, "password", "Again")).decode()
    code = f"hear(); say({ASK!r}); say({EVENT!r}); say({second!r}); say({SEAL!r}); hear(); say({RESULT!r})"
    silent = Silent()
    assert await playing(monkeypatch, code).run(JOB, silent) == Result("token", 2.0, 1.0)
    assert (silent.events, silent.sealed) == (1, [EntraState("r")])
    assert silent.asked == silent.withdrawn == ["Password", "Again"][: len(silent.asked)]


async def test_the_outcome_takes_an_open_question_back(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = Silent()
    code = f"hear(); say({ASK!r}); say({EVENT!r}); say({RESULT!r})"
    assert await playing(monkeypatch, code).run(JOB, silent) == Result("token", 2.0, 1.0)
    assert silent.asked == silent.withdrawn


async def test_who_cannot_be_asked_ends_the_acquisition(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused):
        await playing(monkeypatch, f"hear(); say({ASK!r}); hear(); hear()").run(JOB, NothingToSeal())
