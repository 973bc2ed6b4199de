"""Acquisitions give way to the daemon."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from keyturnd.fetching.processes.giving_way import STRETCH
from keyturnd.messages.outcomes import Result
from support.daemon.played import JOB, RESULT, Audience, playing

if TYPE_CHECKING:
    import pytest

    from keyturnd.messages.channel import Event


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
