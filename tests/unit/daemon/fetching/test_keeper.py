"""What becomes of a sign-in's state when an acquisition ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyturn.configuration.profiles.flows.people import DeviceCode, RefreshToken
from keyturnd import flows, identities
from keyturnd.fetching.keeper import Keeper, Nobody
from keyturnd.messages.identities import Network
from keyturnd.messages.jobs import TokenJob
from keyturnd.messages.outcomes import Result
from keyturnd.messages.states import EntraState
from support.daemon.brokers import Bench, service_profile

if TYPE_CHECKING:
    from pathlib import Path

    from keyturn.configuration.profiles.flows.entra import EntraFlow

BEFORE = EntraState("planted-refresh-token", "alice@contoso.example", "o.t", "0123456789abcdef")


@pytest.mark.parametrize("flow", [RefreshToken(), DeviceCode()])
async def test_a_token_that_was_not_rotated_is_kept_where_a_person_helped(flow: EntraFlow, tmp_path: Path) -> None:
    """With a passphrase, say, whose sign-in it is not: only one that begins anew ends the one before."""
    bench, profile = Bench(tmp_path / "vault"), service_profile(flow=flow)
    await bench.holdings.keep_state(profile, BEFORE)
    job = TokenJob(identities.identity_of(profile), ("r/.default",), Network(), 30.0, interactive=True, state=BEFORE)
    result = Result("access", 2.0, 1.0, account=BEFORE.account, account_id=BEFORE.home_account_id)
    sign_in = await Keeper(bench.holdings, profile, job, Nobody()).sign_in(result)
    assert sign_in == flows.sign_in_of(BEFORE)
    assert await bench.holdings.state(profile) == BEFORE


async def test_a_sign_in_that_brought_no_refresh_token_ends_the_one_before(tmp_path: Path) -> None:
    bench, profile = Bench(tmp_path / "vault"), service_profile(flow=DeviceCode())
    job = TokenJob(identities.identity_of(profile), ("r/.default",), Network(), 30.0, interactive=True)
    await Keeper(bench.holdings, profile, job, Nobody()).sign_in(Result("access", 2.0, 1.0, account="bob"))
    state = await bench.holdings.state(profile)
    assert isinstance(state, EntraState)
    assert (state.refresh_token, state.account) == ("", "bob")
