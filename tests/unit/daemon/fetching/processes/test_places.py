"""How many acquisitions run at once, and who waits for a place."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from keyturn.errors import AcquisitionDied
from keyturnd.fetching.processes import acquisitions as processes
from keyturnd.messages.outcomes import Failure, Result
from support.daemon.played import JOB, RESULT, Audience, playing

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


async def test_no_process_is_started_with_too_few_descriptors(
    monkeypatch: pytest.MonkeyPatch, audience: Audience
) -> None:
    acquisitions = playing(monkeypatch, FOR_EVER)
    monkeypatch.setattr(processes, "descriptors_left", lambda: processes.NEEDED - 1)
    with pytest.raises(AcquisitionDied, match="descriptors"):
        await acquisitions.run(JOB, audience)
    assert acquisitions.started == 0
