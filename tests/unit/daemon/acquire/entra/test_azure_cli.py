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


TELLS = f"""#!{sys.executable}
import json, os
print(json.dumps({{"accessToken": " ".join(os.environ), "expires_on": 2000000000}}))
"""
"""An az that tells what it is told, by name."""


def session_with(program: str, directory: str | None = None) -> Session:
    az = AzureCli(program=program, path="", home="/", config_directory=directory)
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


@pytest.fixture
def az(tmp_path: Path) -> str:
    program = tmp_path / "az"
    program.write_text(TELLS, encoding="utf-8")
    program.chmod(0o755)
    return str(program)


def told(session: Session) -> list[str]:
    return azure_cli.acquire(session).access_token.split()


def test_in_a_directory_of_a_strangers_it_reads_no_kept_answers(az: str) -> None:
    """They are Python objects, which do what they like as they are read."""
    assert "AZURE_CORE_USE_MSAL_HTTP_CACHE" in told(session_with(az, "/of/a/stranger"))
    assert "AZURE_CORE_USE_MSAL_HTTP_CACHE" not in told(session_with(az))


def test_it_begins_no_upgrade_of_itself(az: str) -> None:
    """That would be ended together with the fetch, half done."""
    assert "AZURE_AUTO-UPGRADE_ENABLE" in told(session_with(az))
