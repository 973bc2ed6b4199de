"""The daemon's end of the acquisition channel, with processes of any behaviour at the other."""

from __future__ import annotations

import asyncio
import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec
import pytest

from keyturn.errors import StateError
from keyturnd.fetching.processes import acquisitions as processes
from keyturnd.fetching.processes import conversation
from keyturnd.fetching.processes.conversation import MESSAGES
from keyturnd.messages.channel import LINE_LIMIT, Event
from keyturnd.messages.identities import Network
from keyturnd.messages.jobs import TokenJob
from keyturnd.messages.outcomes import Failure, Result
from keyturnd.messages.states import EntraState
from support.daemon.played import ASK, EVENT, JOB, RESULT, SEAL, Audience, playing

if TYPE_CHECKING:
    from pathlib import Path


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


async def test_one_that_has_ended_is_not_wondered_at(
    monkeypatch: pytest.MonkeyPatch, audience: Audience, caplog: pytest.LogCaptureFixture
) -> None:
    """What the loop has to say of processes would stand in the terminal of `keyturn daemon run`."""
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


async def test_what_a_dying_process_said_is_logged(monkeypatch: pytest.MonkeyPatch, audience: Audience) -> None:
    noted: list[dict[str, object]] = []
    monkeypatch.setattr(conversation, "note", lambda _message, _level, **values: noted.append(values))
    code = "hear()\nprint('No module named msal', 'eyJ' + 40 * 'x', file=sys.stderr)\nsys.exit(3)"
    outcome = await playing(monkeypatch, code).run(JOB, audience)
    assert isinstance(outcome, Failure)
    assert noted == [{"status": 3, "said": "No module named msal …"}]


async def test_the_words_of_a_dead_process_are_not_waited_for_without_end(
    monkeypatch: pytest.MonkeyPatch, audience: Audience
) -> None:
    """A program that it has started, a browser, may hold its stderr open."""
    monkeypatch.setattr(conversation, "WORDS_TIME", 0.0)
    noted: list[dict[str, object]] = []
    monkeypatch.setattr(conversation, "note", lambda _message, _level, **values: noted.append(values))
    code = "hear()\nif os.fork() == 0:\n    os.close(1)\n    hear()\n    os._exit(0)\nos._exit(3)"
    outcome = await playing(monkeypatch, code).run(msgspec.structs.replace(JOB, deadline=10.0), audience)
    assert isinstance(outcome, Failure)
    assert outcome.kind == "acquisition-died"
    assert noted == [{"status": 3, "said": ""}]


async def test_a_talkative_stderr_holds_nobody(monkeypatch: pytest.MonkeyPatch, audience: Audience) -> None:
    code = f"hear()\nsys.stderr.write('x' * 10_000_000)\nsay({RESULT!r})"
    assert isinstance(await playing(monkeypatch, code).run(JOB, audience), Result)


async def test_it_may_end_by_itself(monkeypatch: pytest.MonkeyPatch, audience: Audience, tmp_path: Path) -> None:
    last = tmp_path / "last"
    code = f"hear()\nsay({RESULT!r})\nassert hear() == ''\nopen({str(last)!r}, 'w').close()"
    assert isinstance(await playing(monkeypatch, code).run(JOB, audience), Result)
    assert last.exists()


async def test_one_that_stays_behind_its_outcome_is_killed(
    monkeypatch: pytest.MonkeyPatch, audience: Audience
) -> None:
    monkeypatch.setattr(processes, "LEAVING", 0.0)
    pids: list[int] = []
    acquisitions = playing(monkeypatch, f"import time\nhear()\nsay({EVENT + RESULT!r})\ntime.sleep(3600)")
    monkeypatch.setattr(audience, "on_event", lambda _: pids.extend(acquisitions.running))
    assert isinstance(await acquisitions.run(JOB, audience), Result)
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)
