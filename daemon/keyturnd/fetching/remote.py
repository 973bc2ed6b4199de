"""What a profile has on its AWX: ended at a logout, and looked after where an answer never came.

Nothing to do for Entra ID, whose tokens just expire.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyturn import hints
from keyturn.configuration.profiles import UNNAMED
from keyturn.kinds_of_hints import printed
from keyturnd import flows, identities
from keyturnd.fetching.entrusted import secret_at
from keyturnd.fetching.keeper import Keeper, Nobody, NothingToSeal
from keyturnd.fetching.processes.failures import error_of
from keyturnd.messages.identities import AwxIdentity
from keyturnd.messages.jobs import AskJob, RevokeJob, SettleJob
from keyturnd.messages.outcomes import Failure, Told
from keyturnd.messages.states import AwxState

if TYPE_CHECKING:
    from keyturn.configuration.profiles.profile import AwxProfile, Profile
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

    async def ask(self, profile: AwxProfile, question: str, **parameters: Any) -> Any:
        """The server's answer to a question of a person, who is signed in. Raises ProviderError."""
        return await self._ask(profile, None, question, parameters)

    async def create(self, profile: AwxProfile, secret: str | None, description: str, scope: str) -> dict[str, Any]:
        """A new token, by the password `secret`, else by what `profile` has. Raises ProviderError."""
        row: dict[str, Any] = await self._ask(profile, secret, "create", {"description": description, "scope": scope})
        return row

    async def drop(self, profile: AwxProfile, secret: str | None, description: str) -> None:
        """Delete all tokens of the user with this description, by the same. Raises ProviderError."""
        await self._ask(profile, secret, "drop", {"description": description})

    async def _ask(self, profile: AwxProfile, secret: str | None, question: str, parameters: dict[str, Any]) -> Any:
        fetcher, identity = self._fetcher, identities.identity_of(profile)
        assert isinstance(identity, AwxIdentity)
        given = secret is not None or profile.name == UNNAMED  # a password that was given is what shall be used
        known = None if given else await fetcher.holdings.state(profile)
        state = known if isinstance(known, AwxState) else AwxState(profile.username)
        if secret is None and profile.name != UNNAMED and question != "discover":
            secret = await fetcher.secret(profile)
        job = AskJob(identity, fetcher.network(profile), DEADLINE, question, parameters, state, secret)
        outcome = await fetcher.acquisitions.run(job, NothingToSeal())
        if isinstance(outcome, Failure):
            error = error_of(outcome)
            if profile.name == UNNAMED and error.hint is not None and UNNAMED in error.hint:
                error.hint = printed(hints.usage("keyturn awx new-token"))  # there is no such profile
            raise error
        assert isinstance(outcome, Told)
        return outcome.answer

    async def _run(self, kind: type[RevokeJob | SettleJob], profile: Profile) -> None:
        fetcher = self._fetcher
        state = await fetcher.holdings.state(profile) if flows.row(profile).state is AwxState else None
        identity = identities.identity_of(profile)
        if not isinstance(state, AwxState) or not isinstance(identity, AwxIdentity):
            return
        secret, client_secret = await fetcher.secret(profile), secret_at(profile.flow.client_secret_source)
        job = kind(identity, fetcher.network(profile), DEADLINE, state, secret, client_secret)
        outcome = await fetcher.acquisitions.run(job, Keeper(fetcher.holdings, profile, job, Nobody()))
        if isinstance(outcome, Failure):
            raise error_of(outcome)
