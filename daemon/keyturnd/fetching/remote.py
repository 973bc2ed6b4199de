"""What a profile has on its AWX: ended at a logout, and looked after where an answer never came.

Nothing to do for Entra ID, whose tokens just expire.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturnd import flows
from keyturnd.fetching.acquisition import error_of
from keyturnd.fetching.entrusted import secret_at
from keyturnd.fetching.keeper import Keeper, Nobody
from keyturnd.messages import AwxIdentity, AwxState, Failure, RevokeJob, SettleJob

if TYPE_CHECKING:
    from keyturn.configuration.profiles.profile import Profile
    from keyturnd.fetching.fetch import Fetcher

DEADLINE = 25.0
"""Seconds for one job: less than the 30 s that somebody may wait for it."""


class Remote:
    """Asks the servers of profiles, by what `fetcher` has for them."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    async def revoke(self, profile: Profile) -> None:
        """End on the server what `profile` holds there. Raises ProviderError when it could not be asked."""
        await self._run(RevokeJob, profile)

    async def settle(self, profile: Profile) -> None:
        """Delete there what came of a request whose answer did not come. Raises as `revoke`, and SignInNeeded."""
        await self._run(SettleJob, profile)

    async def _run(self, kind: type[RevokeJob | SettleJob], profile: Profile) -> None:
        fetcher = self._fetcher
        state = await fetcher.holdings.state(profile) if flows.row(profile).state is not None else None
        identity = flows.identity_of(profile)
        if not isinstance(state, AwxState) or not isinstance(identity, AwxIdentity):
            return
        secret, client_secret = await fetcher.secret(profile), secret_at(profile.flow.client_secret_source)
        job = kind(identity, fetcher.network(profile), DEADLINE, state, secret, client_secret)
        outcome = await fetcher.acquisitions.run(job, Keeper(fetcher.holdings, profile, job, Nobody()))
        if isinstance(outcome, Failure):
            raise error_of(outcome)
