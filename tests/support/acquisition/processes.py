"""The real acquisition process, and providers that keep it waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyturn_emulator.certificates import Certificates, create
from support.acquisition.driver import COMMAND
from support.acquisition.scripted_provider import Reply, ScriptedProvider, Seen, reply, token

if TYPE_CHECKING:
    from collections.abc import Iterator


NOWHERE = "https://127.0.0.1:1/22222222-2222-2222-2222-222222222222"
PATIENCE = 10.0
"""Seconds: less than an exchange that hangs lasts, so that what ends the process is what the test is about."""


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return create(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def silent(certificates: Certificates) -> Iterator[ScriptedProvider]:
    """A provider that takes each token request, and says nothing."""
    with ScriptedProvider(certificates, lambda _: Reply(b"", hold=True)) as provider:
        yield provider


@pytest.fixture
def rotating(certificates: Certificates) -> Iterator[ScriptedProvider]:
    """A provider that gives a new refresh token each time."""

    def answer(seen: Seen) -> Reply:
        return reply(token(refresh_token=f"{seen.form.get('refresh_token')}+"))

    with ScriptedProvider(certificates, answer) as provider:
        yield provider


def patched(*lines: str) -> tuple[str, ...]:
    """The command of an acquisition whose work is replaced by `lines`: libraries gone wrong, in the real process."""
    body = "\n    ".join(lines)
    code = (
        "import os, sys, threading\nfrom keyturnd.acquire import __main__ as main\n"
        "from keyturnd.messages.channel import *\nfrom keyturnd.messages.outcomes import *\n"
        f"def work(job, channel):\n    {body}\nmain._perform = work\nmain.main()"
    )
    return (*COMMAND[:3], "-c", code)
