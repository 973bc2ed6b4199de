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


SAYS_WHAT_IT_KEEPS = """#!/bin/sh
printf '{"accessToken": "cache: %s", "expires_on": 2000000000}' "$AZURE_CORE_USE_MSAL_HTTP_CACHE"
"""


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


@pytest.mark.parametrize(("directory", "told"), [(None, ""), ("/of/a/stranger", "false")])
def test_in_a_directory_of_a_strangers_it_reads_no_kept_answers(
    directory: str | None, told: str, tmp_path: Path
) -> None:
    """They are Python objects, which do what they like as they are read."""
    program = tmp_path / "az"
    program.write_text(SAYS_WHAT_IT_KEEPS, encoding="ascii")
    program.chmod(0o755)
    assert azure_cli.acquire(session_with(str(program), directory)).access_token == f"cache: {told}"
