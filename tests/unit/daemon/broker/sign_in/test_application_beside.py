"""A person signs in to an application that has to prove itself, too: what is missing is said first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyturn.configuration.profiles.flows.people import ConfidentialBrowser
from keyturn.errors import SignInNeeded
from support.daemon.brokers import Person, personal_profile, want
from support.daemon.sign_ins import bench

if TYPE_CHECKING:
    from support.daemon.brokers import Bench

__all__ = ["bench"]

ME = personal_profile(flow=ConfidentialBrowser())


async def test_nobody_signs_in_for_nothing(bench: Bench) -> None:
    with pytest.raises(SignInNeeded, match="has no client secret yet") as told:
        await bench.broker.token(want(ME), Person())
    assert told.value.hint == "keyturn secret set me"
    assert bench.provider.started == 0


async def test_the_secret_goes_along(bench: Bench) -> None:
    await bench.entrust(ME)
    await bench.broker.token(want(ME), Person())
    (job,) = bench.provider.jobs
    assert (job.interactive, job.secret) == (True, "planted-client-secret")
