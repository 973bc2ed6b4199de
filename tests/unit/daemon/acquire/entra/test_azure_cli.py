"""az as a program that may not start: for want of a program, or of what any program takes."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from keyturnd.acquire.deadline import Deadline
from keyturnd.acquire.entra import azure_cli
from keyturnd.acquire.failed import Failed
from keyturnd.messages.identities import AzureCli, Network
from support.descriptors import none_left

if TYPE_CHECKING:
    from pathlib import Path

    from keyturnd.acquire.entra.session import Session


def session_with(program: str) -> Session:
    az = AzureCli(program=program, path="", home="/")
    job = SimpleNamespace(scopes=("https://aks.example/.default",), network=Network())
    made = SimpleNamespace(identity=SimpleNamespace(azure_cli=az), job=job, deadline=Deadline(5.0))
    return cast("Session", made)


def kind(session: Session) -> str:
    with pytest.raises(Failed, match="az cannot be started") as caught:
        azure_cli.acquire(session)
    return caught.value.failure.kind


def test_without_a_free_descriptor_it_may_start_the_next_time(tmp_path: Path) -> None:
    with none_left():
        assert kind(session_with(sys.executable)) == "state"
    assert kind(session_with(str(tmp_path / "gone"))) == "refused"
