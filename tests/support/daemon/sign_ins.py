"""Sign-ins that somebody waits for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from support.daemon.brokers import Bench, Person, personal_profile, want

if TYPE_CHECKING:
    from pathlib import Path

    from keyturn.configuration.profiles.profile import EntraProfile
    from keyturnd.vault.tokens import Token


ME = personal_profile()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "vault")


def ask(
    bench: Bench, person: Person, scopes: tuple[str, ...] | None = None, profile: EntraProfile = ME
) -> asyncio.Task[Token]:
    wanted = want(profile) if scopes is None else want(profile, scopes)
    return asyncio.get_running_loop().create_task(bench.broker.token(wanted, person))


async def begun(bench: Bench, waiting: int) -> None:
    """Until the provider shows the code and this many wait for its approval."""
    await bench.provider.arrived.wait()
    while bench.broker.sign_ins.under_way["me"].waiting < waiting:  # noqa: ASYNC110 - nothing else tells who joined
        await asyncio.sleep(0)
